"""From resources to a running server: the one place where the pages meet the settings."""

from types import MappingProxyType

import uvicorn

from digest.delivery.webhooks.choice import chosen_hooks
from digest.steps.confirmation import send_confirmation
from digest.steps.planning import BuildOptions
from digest.steps.research import research
from digest.steps.weekly import build_issue
from digest.web.app import create_app
from digest.web.parts import Parts
from digest.wiring import Resources, is_rehearsal


def web_parts(resources: Resources) -> Parts:
    """Give what the pages are made of."""
    settings = resources.settings
    keys = resources.dkim_keys  # a key that cannot be used is told now, not at the first sign-up

    def mail_confirmation(address: str, confirm_url: str) -> None:
        with resources.transport() as transport:
            send_confirmation(
                address,
                confirm_url,
                brand=resources.brand,
                templates_dir=resources.templates_dir,
                transport=transport,
                secret=resources.secret,
                now=settings.clock(),
                keys=keys,
            )

    def build(week: str) -> None:
        now = settings.clock()
        research(resources.db, classifier=resources.classifier, incumbents=resources.incumbents)
        build_issue(week, options=BuildOptions(), parts=resources.weekly_parts(), now=now)

    return Parts(
        db=resources.db,
        secret=resources.secret,
        base_url=settings.base_url,
        brand=settings.sender_name,
        contact=settings.sender_address,
        postal_address=settings.postal_address,
        rules=resources.rules,
        clock=settings.clock,
        mail_confirmation=mail_confirmation,
        sources=lambda: resources.sources,
        build=build,
        send_rules=resources.send_rules(),
        operator_password=settings.operator_password,
        is_rehearsal=is_rehearsal(settings),
        hooks=MappingProxyType(chosen_hooks(settings)),
        job_labels=MappingProxyType({job.key: job.label for job in resources.jobs}),
    )


def serve(resources: Resources, *, host: str, port: int) -> None:
    """
    Serve the pages until interrupted.

    Requests are not logged: their paths hold readers' links. A TLS proxy on the same machine is
    believed when it says who asks.
    """
    app = create_app(web_parts(resources))
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False)
