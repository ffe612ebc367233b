"""
The week: build the issue, wait for an editor's release, send it.

Where the issue stands lives in our database alone. A deployed run suspends while it waits, and a
resumed one starts from the top, perhaps on another machine: a tag on the run, which all workers
see, says that its part of building is done, so it goes on with waiting.
"""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

from prefect import flow, get_client, get_run_logger, runtime, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.flow_runs import asuspend_flow_run
from prefect.states import Completed
from pydantic import BaseModel, EmailStr, Field

from digest.errors import ApprovalError
from digest.model import SendOutcome, SendResult
from digest.settings import load_settings
from digest.steps.build_report import BuildReport
from digest.steps.planning import BuildOptions
from digest.steps.research import research
from digest.steps.send import send_test
from digest.steps.weekly import build_issue, is_released
from flows.send import Shards, send_and_show
from flows.support import due_of_this_run, is_worth_retrying, parts, refuse_when_late

APPROVAL_TIMEOUT = timedelta(days=3)
SENDING_TIMEOUT = timedelta(hours=8)
POLL_S = 2.0
REVIEW_TAG = "review:"


class WeeklyParameters(BaseModel):
    """What an editor can ask for when starting a digest by hand."""

    week: Annotated[
        str | None,
        Field(pattern=r"^\d{4}-W\d{2}$", description="ISO week such as 2026-W47; empty: this week"),
    ] = None
    pinned_pairs: Annotated[
        list[str],
        Field(description="Pairs that must be in, each as tool-slug+tool-slug", max_length=7),
    ] = []
    banned_tools: Annotated[
        list[str], Field(description="Slugs of tools that must stay out this week", max_length=50)
    ] = []
    dry_run: Annotated[
        bool, Field(description="Build and show the issue, then stop: no subscriber gets anything")
    ] = False
    test_recipient: Annotated[
        EmailStr | None,
        Field(description="Send one test copy to this address as soon as the issue is built"),
    ] = None
    shards: Shards = 1


class Built(BaseModel):
    """What the build left for the rest of the run."""

    week: str
    has_issue: bool
    summary: str


@flow(name="weekly", timeout_seconds=(APPROVAL_TIMEOUT + SENDING_TIMEOUT).total_seconds())
async def weekly(parameters: WeeklyParameters = WeeklyParameters()) -> State[Any]:  # noqa: B008 # a value
    """Build the week's issue, wait until an editor releases it, send it."""
    settings = load_settings()
    due = await due_of_this_run()
    refuse_when_late(
        parameters.week, due=due, after_hours=settings.late_after_hours, now=datetime.now(UTC)
    )
    week = week_in_review(runtime.flow_run.tags)
    if week is None:
        built = await build_and_show(parameters)
        week = built.week
        if not built.has_issue:
            return Completed(message=f"{week}: no issue this week")
        if parameters.dry_run:
            return Completed(message=f"{week}: dry run, nothing is sent to subscribers")
        await note_review(week)
    await wait_for_release(week)
    return await send_and_show(week, shards=parameters.shards)


async def build_and_show(parameters: WeeklyParameters) -> Built:
    """Build the issue and show it to whoever follows the run; to the tester, if one is named."""
    built = await build_task(parameters)
    await acreate_markdown_artifact(
        key=f"issue-{built.week.lower()}", markdown=built.summary, description="The week's issue"
    )
    if built.has_issue and parameters.test_recipient:
        result = await test_copy_task(built.week, parameters.test_recipient)
        if result.outcome is not SendOutcome.ACCEPTED:
            get_run_logger().warning("the test copy is %s: %s", result.outcome, result.reply)
    return built


@task(
    name="build-issue",
    tags={"digest", "weekly"},
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=1800,
    cache_policy=NO_CACHE,
)
async def build_task(parameters: WeeklyParameters) -> Built:
    """Build the week's issue; one that is released or under way is left as it is."""
    report = await asyncio.to_thread(_build, parameters)
    return Built(week=report.week, has_issue=report.edition is not None, summary=report.markdown())


def _build(parameters: WeeklyParameters) -> BuildReport:
    with parts() as resources:
        research(
            resources.db,
            classifier=resources.classifier,
            incumbents=resources.incumbents,
            embedder=resources.embedder,
        )
        return build_issue(
            parameters.week,
            options=BuildOptions(
                pinned=tuple(parameters.pinned_pairs),
                banned=tuple(parameters.banned_tools),
                keeps_released=True,
            ),
            parts=resources.weekly_parts(),
            now=resources.settings.clock(),
        )


@task(
    name="send-test-copy",
    tags={"digest", "weekly"},
    retries=2,
    retry_delay_seconds=30,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=900,
    cache_policy=NO_CACHE,
)
async def test_copy_task(week: str, recipient: str) -> SendResult:
    """Send one copy to a tester; the ledger and the readers' links know nothing of it."""
    return await asyncio.to_thread(_send_test, week, recipient)


def _send_test(week: str, recipient: str) -> SendResult:
    with parts() as resources, resources.transport() as transport:
        return send_test(
            week, recipient=recipient, parts=resources.send_parts(), transport=transport
        )


def week_in_review(tags: Collection[str]) -> str | None:
    """Give the week whose issue this run has built already; None when it has built none."""
    weeks = [tag.removeprefix(REVIEW_TAG) for tag in tags if tag.startswith(REVIEW_TAG)]
    return weeks[0] if weeks else None


async def note_review(week: str) -> None:
    """Write down, where every worker sees it, that this run has built the week's issue; name it."""
    tags = {*runtime.flow_run.tags, f"{REVIEW_TAG}{week}"}
    async with get_client() as client:
        await client.update_flow_run(runtime.flow_run.id, name=f"weekly-{week}", tags=sorted(tags))


async def wait_for_release(week: str) -> None:
    """
    Return once the week's issue is released, in our database and nowhere else.

    A deployed run suspends, so that it holds no worker, until somebody resumes it; one that was
    started in a process of its own looks every few seconds.

    Raises:
        ApprovalError: Nobody released it in ``APPROVAL_TIMEOUT``; a suspended run fails by itself.
    """
    if await asyncio.to_thread(_is_released, week):
        return
    get_run_logger().info(
        "%s waits for its release: digest approve %s --by NAME, then resume this run", week, week
    )
    if runtime.deployment.id:
        # by default the key is the same at each start, and no key suspends a run twice
        timeout = int(APPROVAL_TIMEOUT.total_seconds())
        await asuspend_flow_run(timeout=timeout, key=str(uuid4()))
    deadline = datetime.now(UTC) + APPROVAL_TIMEOUT
    while not await asyncio.to_thread(_is_released, week):
        if datetime.now(UTC) > deadline:
            raise ApprovalError(week, "nobody released it in three days; nothing is sent")
        await asyncio.sleep(POLL_S)


def _is_released(week: str) -> bool:
    with parts() as resources:
        return is_released(resources.db, week)
