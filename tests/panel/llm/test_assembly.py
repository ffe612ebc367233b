"""From settings to a panel: each reviewer's model, its server and its key."""

import pytest

from digest.errors import SettingsError
from digest.model import Reviewer
from digest.panel.llm import assembly
from digest.panel.llm.assembly import assemble
from digest.panel.rules import load_rules
from digest.settings import Settings


def settings(**more: object) -> Settings:
    return Settings(_env_file=None, panel_model="openai:gpt-4o-mini", **more)


def judges(**more: object) -> dict[Reviewer, object]:
    return assemble(settings(**more), load_rules()).setup.judges


def test_each_reviewer_gets_its_model_and_all_others_the_panels():
    found = judges(
        panel_openai_key="sk-1",
        panel_anthropic_key="sk-2",
        panel_models={"skeptic": "anthropic:claude-sonnet-4-5"},
    )

    assert [found[each].name for each in Reviewer] == [
        "openai:gpt-4o-mini",
        "anthropic:claude-sonnet-4-5",
        "openai:gpt-4o-mini",
        "openai:gpt-4o-mini",
    ]


def test_a_base_url_is_for_models_of_the_same_provider_alone():
    found = judges(
        panel_base_url="http://127.0.0.1:8000/v1",
        panel_models={"skeptic": "ollama:qwen3", "founder": "openai:other"},
    )

    assert [found[each].base_url for each in Reviewer] == [
        "http://127.0.0.1:8000/v1",
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.0.0.1:8000/v1",
    ]


def test_a_key_of_another_variable_is_never_used(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-something-else")

    with pytest.raises(SettingsError, match="DIGEST_PANEL_OPENAI_KEY"):
        assemble(settings(), load_rules())


@pytest.mark.parametrize(
    ("provider", "base"),
    [("openai", "https://api.openai.com/v1"), ("anthropic", "https://api.anthropic.com")],
)
def test_a_model_is_opened_at_its_makers_with_our_key(monkeypatch, provider: str, base: str):
    """What other programs' variables say counts for nothing."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://elsewhere.example")
    judge = assembly.read_judge(f"{provider}:m", setting="X")

    model = assembly.open_model(judge, key="sk-ours")

    assert str(model.base_url).rstrip("/") == base
    assert model.client.api_key == "sk-ours"
