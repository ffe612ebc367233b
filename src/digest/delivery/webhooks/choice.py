"""From settings to the webhooks that are taken."""

from digest.delivery.webhooks.hooks import PostmarkHook, ResendHook, SesHook, Webhook
from digest.settings.esp import EspSettings, Hook


def chosen_hooks(settings: EspSettings) -> dict[str, Webhook]:
    """Give the webhooks that the settings name, by name; settings without a secret were refused."""
    found: dict[str, Webhook] = {}
    for hook in settings.feedback_hooks:
        match hook:
            case Hook.SES if settings.ses_topic:
                found[hook.value] = SesHook(settings.ses_topic)
            case Hook.POSTMARK if settings.postmark_hook_secret:
                found[hook.value] = PostmarkHook(settings.postmark_hook_secret)
            case Hook.RESEND if settings.resend_hook_secret:
                found[hook.value] = ResendHook(settings.resend_hook_secret)
    return found
