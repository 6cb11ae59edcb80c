"""Opens accepted requests: the messages in them, each with the id by which it is stored once."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from profiles.touchpoints.models import Source
from profiles.touchpoints.queries import InboxRow, QuarantineRow
from profiles.touchpoints.rules.instants import from_micros, to_micros
from profiles.touchpoints.rules.messages import (
    BATCH_ROUTES,
    TYPES,
    Envelope,
    Message,
    Refused,
    message_key,
)
from profiles.touchpoints.rules.payload import read_leniently


class _BatchBody(msgspec.Struct, rename="camel"):
    """What a batch request holds, and says about all of its messages."""

    batch: list[Message]
    sent_at: Any = None
    context: Any = None


class _RawBatchBody(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: msgspec.Raw = msgspec.Raw(b"null")
    context: msgspec.Raw = msgspec.Raw(b"null")


class KeptMessage(msgspec.Struct, gc=False):
    """A message with all that is needed to read it again later."""

    envelope: Envelope
    fallback_id: str
    message: msgspec.Raw


class Pending(msgspec.Struct, gc=False):
    """A message of a request.

    `message` is absent when it is no object or of a foreign form, and once it was read: to let go of
    it at once is cheaper than to let go of thousands together.
    """

    key: bytes
    message: Message | None
    envelope: Envelope
    row: InboxRow
    position: int


_batch_decoder = msgspec.json.Decoder(_BatchBody)
_raw_decoder = msgspec.json.Decoder(_RawBatchBody)
_message_decoder = msgspec.json.Decoder(Message)


def open_requests(rows: Sequence[InboxRow]) -> Iterator[Pending]:
    """Open requests one after another; return their messages, in order."""
    starts_journeys = dict(Source.objects.values_list("id", "starts_journeys"))
    for row in rows:
        envelope = Envelope(
            source_id=row.source_id, route=row.route, received_at=to_micros(row.received_at),
            ip=row.ip, starts_journeys=starts_journeys.get(row.source_id, False),
        )  # fmt: skip
        envelope, messages = _open(row, envelope)
        prefix = f"{row.received_at.isoformat()}:{row.id}:"
        for position, message in enumerate(messages):
            key = message_key(message, envelope, f"{prefix}{position}")
            yield Pending(key, message, envelope, row, position)


def keep(pending: Pending) -> KeptMessage:
    """Return an opened message in the form in which it is kept for later."""
    row = pending.row
    body = msgspec.Raw(row.body)
    if row.route in BATCH_ROUTES:
        body = _raw_decoder.decode(row.body).batch[pending.position]
    fallback_id = f"{row.received_at.isoformat()}:{row.id}:{pending.position}"
    return KeptMessage(pending.envelope, fallback_id, body)


def quarantine_row(kept: KeptMessage, problem: Refused) -> QuarantineRow:
    """Return the row that keeps a message whole, with the reason why it was not used."""
    message = _decode(kept.message)
    return QuarantineRow(
        message_key(message, kept.envelope, kept.fallback_id), kept.envelope.source_id,
        from_micros(kept.envelope.received_at), problem.reason, problem.field, problem.detail,
        msgspec.json.encode(kept),
    )  # fmt: skip


def why_refused(error: Exception) -> Refused:
    """Return the reason to keep with a message that an error kept from being stored."""
    if isinstance(error, Refused):
        return error
    return Refused("not_storable", "", f"It could not be stored: {type(error).__name__}.")


def _open(row: InboxRow, envelope: Envelope) -> tuple[Envelope, Sequence[Message | None]]:
    if row.route not in BATCH_ROUTES:
        return envelope, [_decode(row.body) if row.route in TYPES else None]
    messages: Sequence[Message | None]
    try:
        body = _batch_decoder.decode(row.body)
        sent_at, context, messages = body.sent_at, body.context, body.batch
    except (msgspec.DecodeError, RecursionError):
        # Something in it is no object or out of range: the rest must not suffer.
        raw = _raw_decoder.decode(row.body)
        sent_at, context = read_leniently(raw.sent_at), read_leniently(raw.context)
        messages = [_decode(message) for message in raw.batch]
    own = context if isinstance(context, dict) else None
    return msgspec.structs.replace(envelope, sent_at=sent_at, context=own), messages


def _decode(raw: bytes | msgspec.Raw) -> Message | None:
    try:
        return _message_decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
