"""What providers report: states of deliveries, and what people wrote back."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from campaigns.channels.rules import Keyword, keyword_of
from campaigns.channels.services import find_route
from campaigns.contracts import InboundMessage, ProviderEvent, ProviderRequest
from campaigns.deliveries.services.feedback import record_events
from campaigns.extension_points import AnswersInbound, ReportsByWebhook
from kernel.errors import Forbidden, NotFound
from profiles import facade as profiles
from profiles.contracts import IdentityRef, SystemTouchpoint

log = structlog.get_logger()


@transaction.atomic
def take_report(key: UUID, request: ProviderRequest, *, now: datetime) -> tuple[str, bytes]:
    """Take in a report to a sender; return the content type and the body of the answer.

    Safe to repeat: every event and every message of a person has the provider's own key.

    Raises:
        NotFound: no sender has this key, or its provider does not report.
        Forbidden: the report is forged.
        Invalid: it is genuine, but cannot be read.
    """
    route = find_route(key)
    if route is None or not isinstance(route.provider, ReportsByWebhook):
        raise NotFound("No sender takes reports at this address.")
    try:
        reports = route.provider.parse_webhook(request, config=route.config, now=now)
    except Forbidden:
        log.warning("deliveries.report_forged", sender=str(key), kind=route.provider.kind)
        raise
    events = [report for report in reports if isinstance(report, ProviderEvent)]
    inbound = [report for report in reports if isinstance(report, InboundMessage)]
    record_events(events, now=now)
    for message in inbound:
        _take_in(message, now=now)
    if isinstance(route.provider, AnswersInbound):
        return route.provider.answer(inbound, config=route.config)
    return "text/plain", b""


def _take_in(message: InboundMessage, *, now: datetime) -> None:
    """Act on a keyword and put the message on the timeline of the person it came from."""
    keyword = keyword_of(message.text)
    person = profiles.find_customer(IdentityRef(kind="phone", value=message.address))
    if person is None:
        _set_address(message, keyword, now=now)
        return
    received = SystemTouchpoint(
        customer_id=person.id,
        event="Message Received",
        key=f"campaigns.inbound:{message.key}",
        occurred_at=now,
        properties={"channel": message.channel, "text": message.text},
    )
    if not profiles.record_touchpoints([received], now=now):
        return
    _set_address(message, keyword, now=now)
    if keyword in {Keyword.STOP, Keyword.START}:
        profiles.record_consent(
            person.id,
            channel=message.channel,
            state="withdrawn" if keyword is Keyword.STOP else "granted",
            address="",
            source="keyword",
            proof={"keyword": keyword, "message": message.key},
            now=now,
        )


def _set_address(message: InboundMessage, keyword: Keyword | None, *, now: datetime) -> None:
    """Hold an address back that said stop, whoever it belongs to, and release one that said start."""
    if keyword is Keyword.STOP:
        profiles.suppress_address(message.channel, message.address, reason="stop", now=now)
    elif keyword is Keyword.START:
        profiles.release_address(message.channel, message.address, source="keyword", now=now)
