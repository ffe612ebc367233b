"""
The week: build the issue, wait for an editor's release, send it.

Where the issue stands lives in our database alone. A deployed run suspends while it waits, and on
being resumed starts from the top: built already, it only reads whether the issue is released.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.states import Completed
from pydantic import BaseModel, EmailStr, Field

from digest.errors import ApprovalError
from digest.steps.research import research
from digest.steps.send import send_test
from digest.steps.weekly import BuildOptions, build_issue, is_released
from flows.send import send_task
from flows.support import is_worth_retrying, parts, refuse_when_late

APPROVAL_TIMEOUT = timedelta(days=3)
POLL_S = 2.0


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
        bool, Field(description="Build and show the issue, then stop: nothing is sent")
    ] = False
    test_recipient: Annotated[
        EmailStr | None,
        Field(description="Send one test copy to this address before waiting for the release"),
    ] = None


class Built(BaseModel):
    """What the build left for the rest of the run; kept by Prefect so that a resumed run has it."""

    week: str
    edition: str | None
    summary: str


@task(
    name="build-issue",
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=1800,
    persist_result=True,
)
async def build_task(parameters: WeeklyParameters) -> Built:
    """Build the week's issue; one that is released or under way is left as it is."""
    with parts() as resources:
        now = resources.settings.clock()
        research(resources.db, classifier=resources.classifier)
        report = build_issue(
            parameters.week,
            options=BuildOptions(
                pinned=tuple(parameters.pinned_pairs),
                banned=tuple(parameters.banned_tools),
                keeps_released=True,
            ),
            parts=resources.weekly_parts(),
            now=now,
        )
    edition = report.edition.sha256 if report.edition else None
    return Built(week=report.week, edition=edition, summary=report.markdown())


@flow(name="weekly", timeout_seconds=24 * 3600, persist_result=True)
async def weekly(parameters: WeeklyParameters = WeeklyParameters()) -> Any:  # noqa: B008 # a value
    """Build the week's issue, wait until an editor releases it, send it."""
    with parts() as resources:
        settings = resources.settings
    refuse_when_late(parameters.week, after_hours=settings.late_after_hours, now=datetime.now(UTC))
    built = await build_task(parameters)
    await create_markdown_artifact(  # type: ignore[misc] # awaitable inside a running loop
        key=f"issue-{built.week.lower()}", markdown=built.summary, description="The week's issue"
    )
    if built.edition is None:
        return Completed(message=f"{built.week}: no issue this week")
    if parameters.test_recipient:
        await test_copy_task(built.week, str(parameters.test_recipient))
    if parameters.dry_run:
        return Completed(message=f"{built.week}: dry run, nothing is sent")
    await wait_for_release(built.week)
    return await send_task(built.week)


@task(name="send-test-copy", retries=2, retry_delay_seconds=30, persist_result=True)
async def test_copy_task(week: str, recipient: str) -> str:
    """Send one copy to a tester; the ledger and the readers' links know nothing of it."""
    with parts() as resources, resources.transport() as transport:
        result = send_test(
            week, recipient=recipient, parts=resources.send_parts(), transport=transport
        )
    return f"{result.outcome}: {result.reply}"


async def wait_for_release(week: str) -> None:
    """
    Return once the week's issue is released, in our database and nowhere else.

    A deployed run suspends, so that it holds no worker, until somebody resumes it; one that was
    started in a process of its own looks every few seconds.
    """
    logger = get_run_logger()
    deadline = datetime.now(UTC) + APPROVAL_TIMEOUT
    while not _is_released(week):
        logger.info("%s waits for its release: digest approve %s --by NAME", week, week)
        if runtime.deployment.id:
            await suspend_flow_run(timeout=int(APPROVAL_TIMEOUT.total_seconds()))  # type: ignore[misc] # as above
        if datetime.now(UTC) > deadline:
            raise ApprovalError(week, "nobody released it in three days; nothing is sent")
        await asyncio.sleep(POLL_S)


def _is_released(week: str) -> bool:
    with parts() as resources:
        return is_released(resources.db, week)
