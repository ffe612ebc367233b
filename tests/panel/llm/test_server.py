"""The model panel against a server of our own: every kind of answer, on the wire."""

import json
from datetime import datetime

import pytest
from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.usage import RequestUsage

from digest.model import Method
from digest.panel.llm.calling import open_model
from digest.panel.llm.caps import Limits
from digest.panel.llm.cases import Docket
from digest.panel.llm.panel import LlmPanel
from digest.panel.llm.questions import load_questions
from digest.panel.llm.setup import OutputForm
from digest.panel.rules import load_rules
from tests.panel.llm.model_server import ModelServer, Reply
from tests.panel.llm.stub_table import KINDS, careful, run_kind
from tests.panel.llm.support import Memory, Scripted, larch, make_panel, make_setup

CAME = {
    "happy": (4, 4, ""),
    "malformed, then happy": (5, 4, ""),
    "malformed": (8, 0, "not of the form that was asked for, twice"),
    "bad citation, then happy": (5, 4, ""),
    "bad citation": (8, 0, "does not stand there word for word"),
    "invented number": (8, 0, "'4711' does not occur in the snippets you cite"),
    "negation swap": (8, 0, 'cut so that the "no" of its clause is lost'),
    "429, then happy": (6, 4, ""),
    "429 that asks for a day": (3, 0, "the model's server answered 429"),
    "429 for ever": (9, 0, "the model's server answered 429, 3 times in a row"),
    "500, then happy": (5, 4, ""),
    "500 for ever": (9, 0, "the model's server answered 500, 3 times in a row"),
    "slow": (3, 0, "no answer within 0.5 s, 3 times in a row"),
    "key refused": (1, 0, "the model's server answered 401"),
    "refusal": (4, 0, "the model refused"),
    "filtered": (4, 0, "the model refused"),
    "truncated": (8, 0, "the answer was cut off"),
    "plain words": (8, 0, "not of the form that was asked for, twice"),
    "orders in the evidence": (4, 4, ""),
    "money cap": (8, 8, "the run's cap of $0.06 was reached"),
}
"""Requests that reached the server, reviews by the model, and a reason among those that fell back."""


@pytest.mark.parametrize("name", KINDS)
def test_golden_7_every_kind_of_answer_ends_in_four_reviews(server: ModelServer, name: str):
    kind = KINDS[name]
    requests, by_model, reason = CAME[name]

    run = run_kind(server, kind)

    made = [each for reviews in run.reviews.values() for each in reviews]
    assert len(made) == 4 * kind.tools
    assert (len(server.asked), run.usage.requests) == (requests, requests)
    assert sum(each.method is Method.MODEL for each in made) == by_model
    reasons = [each.fell_back for each in made if each.fell_back]
    assert len(reasons) == len(made) - by_model
    assert not reason or any(reason in each for each in reasons), reasons
    assert (kind.limits.usd or 0) >= run.usage.cost_usd


def test_every_kind_has_its_expectation():
    assert CAME.keys() == KINDS.keys()


def panel(server: ModelServer, **more: object) -> LlmPanel:
    setup = make_setup(base_url=server.url, **more)
    return LlmPanel(
        Docket(setup, load_rules(), load_questions()),
        opened=lambda judge: open_model(judge, key="sk-of-ours"),
        priced=lambda _judge: lambda _in, _out: 0.0,
    )


@pytest.mark.parametrize("form", OutputForm)
def test_a_form_is_filled_in_by_tool_schema_or_prompt(
    server: ModelServer, now: datetime, form: OutputForm
):
    server.says(careful)

    run = panel(server, form=form).review([larch()], memory=Memory(), now=now)

    assert {each.method for each in run.reviews["larch"]} == {Method.MODEL}
    body = server.asked[0].body
    assert bool(body.get("tools")) == (form is OutputForm.TOOL)
    assert bool(body.get("response_format")) == (form is not OutputForm.TOOL)


def test_a_model_gets_no_tool_but_the_form_and_no_evidence_as_instruction(
    server: ModelServer, now: datetime
):
    server.says(careful)

    panel(server, most_out=700).review([larch()], memory=Memory(), now=now)

    request = server.asked[0]
    assert [tool["function"]["name"] for tool in request.body["tools"]] == ["answer"]
    assert request.headers["authorization"] == "Bearer sk-of-ours"
    assert 700 in (request.body.get("max_tokens"), request.body.get("max_completion_tokens"))
    assert "licensed under MIT" in request.user
    assert "licensed under MIT" not in request.system
    assert "temperature" not in request.body


def test_no_more_reviews_are_asked_for_at_once_than_is_set(server: ModelServer, now: datetime):
    server.says(lambda request: Reply(answer=careful(request).answer, after_s=0.05))

    panel(server, at_once=3).review([larch(), larch("maple")], memory=Memory(), now=now)

    assert server.busiest == 3


def test_a_busy_server_is_waited_for_as_long_as_it_asks(server: ModelServer, now: datetime):
    server.says(Reply(status=503, headers={"retry-after-ms": "300"}), careful)
    limits = Limits(requests=10, tokens=10**9, usd=None)

    run = panel(server, limits=limits).review([larch()], memory=Memory(), now=now)

    builder = run.reviews["larch"][0]
    assert (builder.method, builder.usage.requests) == (Method.MODEL, 2)
    assert server.asked_at[1] - server.asked_at[0] >= 0.3


def test_attempts_count_against_the_caps(server: ModelServer, now: datetime):
    server.says(Reply(status=500, headers={"retry-after-ms": "1"}))
    limits = Limits(requests=2, tokens=10**9, usd=None)

    run = panel(server, limits=limits).review([larch()], memory=Memory(), now=now)

    assert len(server.asked) == 2
    assert run.reviews["larch"][0].fell_back == "the run's cap of 2 requests was reached"


def test_a_server_that_is_not_there_stops_no_run(server: ModelServer, now: datetime):
    gone = panel(server, review_s=0.4)  # less than the first wait: tried once
    server.stop()

    run = gone.review([larch()], memory=Memory(), now=now)

    assert run.reviews["larch"][0].fell_back == "the model's server could not be reached"


def sent(**more: object) -> bytes:
    """Give an answer in plain words as a server sends it, with other fields."""
    message = {"role": "assistant", "content": more.pop("content", "Words.")}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    form = {"id": "c-1", "object": "chat.completion", "created": 1_750_000_000, "model": "m"}
    return json.dumps({**form, "choices": choices, **more}).encode()


UNREADABLE = {
    "no choice": sent(choices=[]),
    "a date out of range": sent(created=10**20),
    "half a surrogate": sent(content="\ud800"),
    "brackets without end": b"[" * 50_000 + b"]" * 50_000,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_no_client_can_read_stops_no_run(server: ModelServer, now: datetime, name: str):
    """Makers' clients break over it with errors of any kind; the checklist's reviews stand."""
    server.says(Reply(body=UNREADABLE[name]))

    run = panel(server).review([larch()], memory=Memory(), now=now)

    assert [each.method for each in run.reviews["larch"]] == [Method.CHECKLIST] * 4
    reasons = {(each.fell_back or "").partition(",")[0] for each in run.reviews["larch"]}
    assert reasons == {"the model's server sent no readable answer"}
    assert len(server.asked) == 3  # and it is not asked any more


def test_counts_below_nought_are_taken_at_the_worst(now: datetime):
    """No odd figure of a server may widen the caps, or end a build."""
    usage = RequestUsage(input_tokens=-4_000, output_tokens=-500)
    answers = Scripted(ModelResponse(parts=[TextPart("no form")], usage=usage))

    run = make_panel(answers.model()).review([larch()], memory=Memory(), now=now)

    assert run.usage.tokens_in > 8 * 4_000
    assert run.usage.tokens_out == 8 * 2_000


def test_the_run_ends_in_time(server: ModelServer, now: datetime):
    """What is asked then is given up, what is left is not asked, and no server is blamed."""
    server.says(Reply(after_s=3.0))

    run = panel(server, run_s=0.5, at_once=2).review([larch()], memory=Memory(), now=now)

    reasons = {each.fell_back for each in run.reviews["larch"]}
    assert reasons == {"the run's time of 0.5 s was over"}
    assert len(server.asked) <= 2


def test_a_server_that_counts_no_tokens_is_taken_at_the_worst(server: ModelServer, now: datetime):
    server.says(lambda request: Reply(answer=careful(request).answer, tokens=(0, 0)))

    run = panel(server).review([larch()], memory=Memory(), now=now)

    assert run.usage.tokens_in > 4 * 4_000
    assert run.usage.tokens_out == 4 * 2_000
