"""Who judges, who makes the judge, and what it costs."""

import pytest

from digest.errors import SettingsError
from digest.panel.llm.judges import choose, conflict, maker_of, read_judge
from digest.panel.llm.prices import price_of, require_price
from tests.panel.llm.support import larch


@pytest.mark.parametrize(
    ("text", "base_url", "name", "asked_at", "vendor"),
    [
        ("openai:gpt-5-mini", None, "openai:gpt-5-mini", "https://api.openai.com/v1", "OpenAI"),
        ("openai:ft:own:1", None, "openai:ft:own:1", "https://api.openai.com/v1", "OpenAI"),
        ("anthropic:claude-x", None, "anthropic:claude-x", "https://api.anthropic.com", "Anthropic"),
        ("ollama:qwen3:8b", None, "ollama:qwen3:8b", "http://localhost:11434/v1", "Alibaba"),
        ("qwen3:8b", "http://127.0.0.1:8000/v1/", "openai:qwen3:8b", "http://127.0.0.1:8000/v1", "Alibaba"),
        ("house", "http://127.0.0.1:1/v1", "openai:house", "http://127.0.0.1:1/v1", None),
    ],
)  # fmt: skip
def test_a_model_is_read_from_its_name(text, base_url, name, asked_at, vendor):
    judge = read_judge(text, setting="X", base_url=base_url)

    assert (judge.name, judge.base_url, judge.vendor) == (name, asked_at, vendor)


@pytest.mark.parametrize("text", ["gpt-5-mini", "openai:", "google:gemini", "openai:two words", ""])
def test_a_name_that_names_no_model_is_refused_with_what_is_wanted(text: str):
    with pytest.raises(SettingsError, match=r"DIGEST_PANEL_MODEL: .*wanted is one of openai:MODEL"):
        read_judge(text, setting="DIGEST_PANEL_MODEL")


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("gpt-5-mini", "OpenAI"),
        ("meta-llama/Llama-3.2-3B-Instruct", "Meta"),
        ("codellama:7b", "Meta"),
        ("smollm3", "Hugging Face"),
        ("mixtral-8x7b", "Mistral"),
        ("house-model", None),
    ],
)
def test_who_makes_a_model_is_told_by_its_family(model: str, maker: str | None):
    assert maker_of(model) == maker


@pytest.mark.parametrize(
    "tool",
    [
        {"vendor": "OpenAI"},
        {"vendor_key": "openai"},
        {"name": "OpenAI o4 API"},
        {"site": "openai.com/codex"},
        {"site": None, "url": "https://platform.openai.com/docs"},
    ],
)
def test_a_judge_and_a_tool_of_one_maker_are_found(tool):
    judge = read_judge("openai:gpt-x", setting="X")

    assert conflict(judge, larch(**tool).tool)


@pytest.mark.parametrize(
    ("model", "tool"),
    [
        ("openai:gpt-x", {"name": "Client for the OpenAPI format"}),
        ("ollama:smollm3", {"site": "huggingface.co/larch/larch-3b"}),
        ("ollama:phi4", {"site": "github.com/larch/larch"}),
    ],
)
def test_a_host_that_many_share_is_no_maker(model: str, tool):
    assert conflict(read_judge(model, setting="X"), larch(**tool).tool) is None


def test_a_maker_goes_by_several_names():
    judge = read_judge("ollama:llama3.2", setting="X")

    assert conflict(judge, larch(vendor="Meta AI").tool)
    assert conflict(judge, larch(vendor="facebook").tool)


def test_a_judge_of_nobody_knows_whom_is_no_way_out():
    """Whether it is of the tool's maker cannot be told, so it does not take another's place."""
    own = read_judge("openai:gpt-x", setting="X")
    unknown = read_judge("house", setting="X", base_url="http://127.0.0.1:1/v1")

    judge, said = choose(own, [unknown], larch(vendor="OpenAI").tool)

    assert judge is own
    assert said is not None


def test_a_price_is_the_settings_else_the_lists():
    known = read_judge("openai:gpt-4o-mini", setting="X")

    assert price_of(known, given=(2.0, 10.0))(1_000_000, 100_000) == pytest.approx(3.0)
    assert price_of(known, given=None)(1_000_000, 1_000_000) == pytest.approx(0.75)


def test_a_model_of_ones_own_costs_nothing():
    local = read_judge("house", setting="X", base_url="http://127.0.0.1:1/v1")

    assert price_of(local, given=None)(10**6, 10**6) == 0.0
    assert price_of(read_judge("ollama:qwen3", setting="X"), given=None)(10**6, 10**6) == 0.0


def test_money_is_not_counted_for_a_model_that_nobody_knows_the_price_of():
    far = read_judge("house", setting="X", base_url="https://models.example/v1")

    with pytest.raises(SettingsError, match="DIGEST_PANEL_PRICE_IN and DIGEST_PANEL_PRICE_OUT"):
        require_price(far, price_of(far, given=None), most_usd=1.0)
    require_price(far, price_of(far, given=(0.0, 0.0)), most_usd=1.0)
