"""Reads for the pages of webhooks: one source, its last requests, what a mapping would make."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Sum

from kernel.errors import NotFound
from profiles.identities.rules import Refused
from profiles.touchpoints.models import SourceActivity, Touchpoint
from profiles.touchpoints.rules.instants import from_micros, to_micros
from profiles.touchpoints.rules.messages import Envelope, read_message
from profiles.webhooks.models import Webhook, WebhookDelivery
from profiles.webhooks.rules.applying import Message, map_request
from profiles.webhooks.rules.bodies import Request, read_request
from profiles.webhooks.rules.mapping import BadMapping, Problem, read_mapping
from profiles.webhooks.rules.ready import find_ready
from profiles.webhooks.rules.rows import list_paths
from profiles.webhooks.rules.writing import write_json

LONGEST_SAMPLE = 1_200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What a source sent in the last 24 hours."""

    stored: int
    duplicates: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedEvent:
    """One event that would come of a request; `problem` says why it could not be stored."""

    name: str
    kind: str
    person: Sequence[tuple[str, str]]
    at: datetime | None
    values: Sequence[tuple[str, str]]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would come of a request, or what is wrong and where."""

    events: Sequence[PreviewedEvent] = ()
    problems: Sequence[Problem] = ()
    is_ignored: bool = False


def get_webhook(key: UUID) -> Webhook:
    """Return the webhook of a source.

    Raises:
        NotFound: there is none.
    """
    webhook = Webhook.objects.select_related("source").filter(source__key=key).first()
    if webhook is None:
        raise NotFound("There is no such webhook.")
    return webhook


def list_deliveries(webhook: Webhook) -> list[WebhookDelivery]:
    """List the requests that are kept, newest first."""
    rows = WebhookDelivery.objects.filter(source_id=webhook.source_id)
    return list(rows.order_by("-received_at", "-id"))


def read_volume(webhook: Webhook, *, now: datetime) -> Volume:
    """Return what arrived in the last 24 hours; reads at most 25 rows."""
    since = now - timedelta(hours=24)
    rows = SourceActivity.objects.filter(source_id=webhook.source_id, hour__gt=since)
    names = ("stored", "duplicates", "quarantined")
    sums = rows.aggregate(**{name: Sum(name, default=0) for name in names})
    return Volume(**sums)


def find_sample(webhook: Webhook) -> tuple[str, bool]:
    """Return a request to try a mapping on, and whether it really came from the provider."""
    for delivery in list_deliveries(webhook):
        kept = msgspec.json.decode(bytes(delivery.body) or b"{}")
        if "body" in kept:
            return write_json(kept), True
    ready = find_ready(webhook.ready) or find_ready("custom")
    sample = ready.sample.model_dump() if ready else {}
    return write_json(sample), False


def preview_mapping(mapping: str, sample: str, *, now: datetime) -> Preview:
    """Say what a mapping would make of a request; nothing is stored."""
    problems: list[Problem] = []
    try:
        read = read_mapping(mapping)
    except BadMapping as bad:
        problems += bad.problems
    try:
        request = _read_sample(sample)
    except (ValueError, RecursionError):
        problems.append(Problem(path="request", message="The request is no JSON."))
    if problems:
        return Preview(problems=problems)
    try:
        messages = map_request(read, request)
    except Refused as refused:
        return Preview(problems=[Problem(path=refused.field, message=refused.detail)])
    return Preview(
        events=[_previewed(message, now) for message in messages], is_ignored=not messages
    )


def list_sample_paths(sample: str) -> list[tuple[str, str]]:
    """Return the paths in a request that somebody may choose, each with the value there."""
    try:
        return list_paths(_read_sample(sample).body)
    except (ValueError, RecursionError):
        return []


def write_kept(body: bytes) -> str:
    """Return a kept request as it is shown."""
    return write_json(msgspec.json.decode(body))


def _read_sample(text: str) -> Request:
    """Read a request: an object with “headers” and “body”, or a body alone."""
    if len(text) > LONGEST_SAMPLE:
        raise ValueError
    document = json.loads(text)
    is_whole = isinstance(document, dict) and "body" in document
    if is_whole and document.keys() <= {"headers", "body"}:
        headers = document.get("headers") or {}
        if not isinstance(headers, dict):
            raise ValueError
        sent = {str(name).lower(): str(value) for name, value in headers.items()}
        return Request(document["body"], sent)
    return read_request(msgspec.json.encode({"headers": {}, "body": document}))


def _previewed(message: Message, now: datetime) -> PreviewedEvent:
    envelope = Envelope(source_id=0, route="batch", received_at=to_micros(now))
    raw = message.get("properties") or message.get("traits") or {}
    members = raw.items() if isinstance(raw, dict) else ()
    values = [(name, _shown(value)) for name, value in members]
    try:
        arrival = read_message(msgspec.json.encode(message), envelope, fallback_id="preview")
    except Refused as refused:
        return PreviewedEvent(
            name=str(message.get("event") or message.get("type", "")), kind="", person=(),
            at=None, values=values, problem=refused.detail,
        )  # fmt: skip
    return PreviewedEvent(
        name=arrival.name, kind=str(Touchpoint.Type(arrival.type).label),
        person=[(kind.replace("_", " "), value) for kind, value in arrival.refs],
        at=from_micros(arrival.at), values=values,
    )  # fmt: skip


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
