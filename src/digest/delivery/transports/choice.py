"""From settings to a way out by HTTP."""

from digest.delivery.sigv4 import Keys
from digest.delivery.transports.posting import PostingTransport
from digest.delivery.transports.postmark import PostmarkTransport
from digest.delivery.transports.resend import ResendTransport
from digest.delivery.transports.ses import SesTransport
from digest.settings.esp import EspSettings, TransportKind


def chosen_esp(settings: EspSettings) -> PostingTransport:
    """Give the service that the settings name; they were checked to hold what it needs."""
    match settings.transport:
        case TransportKind.SES:
            return _ses(settings)
        case TransportKind.POSTMARK if settings.postmark_token:
            return PostmarkTransport(
                settings.postmark_url,
                token=settings.postmark_token.get_secret_value(),
                stream=settings.postmark_stream,
                batch=settings.postmark_batch,
            )
        case TransportKind.RESEND if settings.resend_key:
            return ResendTransport(settings.resend_url, key=settings.resend_key.get_secret_value())
    raise ValueError(f"no service by HTTP, or nothing to get in with: {settings.transport}")


def _ses(settings: EspSettings) -> SesTransport:
    secret, session = settings.ses_secret, settings.ses_session_token
    keys = Keys(
        settings.ses_access_key or "",
        secret.get_secret_value() if secret else "",
        session.get_secret_value() if session else None,
    )
    return SesTransport(
        settings.ses_root,
        region=settings.ses_region or "",
        keys=keys,
        configuration_set=settings.ses_configuration_set,
    )
