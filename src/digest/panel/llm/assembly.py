"""From settings to the model panel: its judges, their keys and prices. Nothing is asked yet."""

from collections.abc import Callable

from pydantic import SecretStr
from pydantic_ai.models import Model

from digest.errors import SettingsError
from digest.model import Reviewer
from digest.panel.llm.calling import open_model
from digest.panel.llm.caps import Limits, Price
from digest.panel.llm.cases import Docket
from digest.panel.llm.judges import Judge, read_judge
from digest.panel.llm.panel import LlmPanel
from digest.panel.llm.prices import price_of, require_price
from digest.panel.llm.questions import load_questions
from digest.panel.llm.setup import OutputForm, Setup
from digest.panel.rulebook import Rules
from digest.settings import Settings


def assemble(settings: Settings, rules: Rules) -> LlmPanel:
    """
    Make the panel that the settings name.

    Raises:
        SettingsError: A model's name, key or price is missing.
    """
    setup = _setup(settings)
    for judge in setup.all_judges:
        _require_key(judge, settings)
        require_price(judge, price_of(judge, given=setup.prices), most_usd=settings.panel_max_usd)
    docket = Docket(setup=setup, rules=rules, questions=load_questions())
    return LlmPanel(docket, opened=_opener(settings), priced=_pricer(setup))


def _setup(settings: Settings) -> Setup:
    main = _judge(settings, settings.panel_model or "", setting="DIGEST_PANEL_MODEL")
    own = {
        Reviewer(name): _beside(settings, main, text, setting="DIGEST_PANEL_MODELS")
        for name, text in settings.panel_models.items()
    }
    spare = settings.panel_spare_model
    return Setup(
        judges={reviewer: own.get(reviewer, main) for reviewer in Reviewer},
        spares=(_beside(settings, main, spare, setting="DIGEST_PANEL_SPARE_MODEL"),)
        if spare
        else (),
        limits=Limits(
            requests=settings.panel_max_requests,
            tokens=settings.panel_max_tokens,
            usd=settings.panel_max_usd,
        ),
        prices=settings.panel_prices,
        form=OutputForm(settings.panel_form),
        temperature=settings.panel_temperature,
        most_out=settings.panel_answer_tokens,
        review_s=settings.panel_review_seconds,
        run_s=settings.panel_run_seconds,
        at_once=settings.panel_at_once,
        writes_notes=settings.panel_notes,
    )


def _judge(settings: Settings, text: str, *, setting: str) -> Judge:
    return read_judge(
        text, setting=setting, base_url=settings.panel_base_url, vendor=settings.panel_vendor
    )


def _beside(settings: Settings, main: Judge, text: str, *, setting: str) -> Judge:
    """Read another model: one of the main one's provider is asked at the same server."""
    other = read_judge(text, setting=setting)
    if other.provider != main.provider or not settings.panel_base_url:
        return other
    return read_judge(text, setting=setting, base_url=settings.panel_base_url)


def _key(judge: Judge, settings: Settings) -> str | None:
    keys: dict[str, SecretStr | None] = {
        "openai": settings.panel_openai_key,
        "anthropic": settings.panel_anthropic_key,
    }
    key = keys.get(judge.provider)
    return key.get_secret_value() if key else None


def _require_key(judge: Judge, settings: Settings) -> None:
    """A maker's own server wants a key; a server of one's own may want none."""
    if judge.provider != "ollama" and judge.is_at_home and _key(judge, settings) is None:
        raise SettingsError(
            f"DIGEST_PANEL_{judge.provider.upper()}_KEY",
            f"must be set for {judge.name}; or name a server of your own in DIGEST_PANEL_BASE_URL",
        )


def _opener(settings: Settings) -> Callable[[Judge], Model]:
    return lambda judge: open_model(judge, key=_key(judge, settings))


def _pricer(setup: Setup) -> Callable[[Judge], Price]:
    return lambda judge: price_of(judge, given=setup.prices)
