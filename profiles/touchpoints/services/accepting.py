"""Accepts requests: one durable row each, before anybody is told that it worked."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from kernel.errors import Invalid
from kernel.events import wake
from profiles.touchpoints import queries
from profiles.touchpoints.queries import InboxRow
from profiles.touchpoints.rules.messages import BATCH_ROUTES
from profiles.touchpoints.rules.payload import mend_json, needs_no_mending

T = TypeVar("T")

MAX_MESSAGE_BYTES = 32 * 1024
MAX_REQUEST_BYTES = 500 * 1024
MAX_MESSAGES = 2_500


class RequestBody(msgspec.Struct, rename="camel"):
    """What we look at before a request is accepted."""

    write_key: Any = None
    batch: Any = None


class _BatchBody(msgspec.Struct, rename="camel"):
    write_key: Any = None
    batch: list[msgspec.Raw] | None = None


_batch_decoder = msgspec.json.Decoder(_BatchBody)
_single_decoder = msgspec.json.Decoder(RequestBody)


class Checked(msgspec.Struct, frozen=True):
    """A request that may be accepted; `write_key` is the one in its body, if any."""

    body: bytes
    message_count: int
    write_key: str | None


def check_request(body: bytes, *, route: str) -> Checked:
    """Check size and form of a request; what single messages say is looked at later.

    Raises:
        Invalid: with the code of the error answer.
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise Invalid("", "A request holds at most 500 KB of JSON. Send smaller batches.",
                      code="request_too_large")  # fmt: skip
    try:
        if route in BATCH_ROUTES:
            return _check_batch(*_decode(body, _batch_decoder))
        request, mended = _decode(body, _single_decoder)
    except msgspec.ValidationError as error:
        raise Invalid(
            "", f"The body must be a JSON object: {error}.", code="invalid_body"
        ) from None
    except ValueError as error:
        raise Invalid("", f"The body is no JSON: {error}.", code="invalid_json") from None
    if len(mended) > MAX_MESSAGE_BYTES:
        raise _too_large(len(mended), "message")
    return Checked(mended, 1, _key(request.write_key))


def _decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> tuple[T, bytes]:
    """Return what the decoder reads, and the body as it is kept; what is fine is read only once."""
    if needs_no_mending(body):
        try:
            return decoder.decode(body), body
        except (msgspec.DecodeError, RecursionError):
            pass
    mended = mend_json(body)
    return decoder.decode(mended), mended


def _check_batch(request: _BatchBody, body: bytes) -> Checked:
    if request.batch is None:
        raise Invalid("batch", "The body needs “batch”, a list of messages.", code="missing_batch")
    if len(request.batch) > MAX_MESSAGES:
        raise Invalid("batch", f"A batch holds at most {MAX_MESSAGES} messages; this one holds "
                      f"{len(request.batch)}.", code="too_many_messages")  # fmt: skip
    for position, message in enumerate(request.batch):
        if (size := len(memoryview(message))) > MAX_MESSAGE_BYTES:
            raise _too_large(size, f"batch[{position}]")
    return Checked(body, len(request.batch), _key(request.write_key))


def _too_large(size: int, field: str) -> Invalid:
    detail = f"A message holds at most 32 KB; {field} holds {size} bytes."
    return Invalid(field, detail, code="message_too_large")


def _key(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def accept_request(
    checked: Checked, *, source_id: int, route: str, ip: str | None, now: datetime
) -> None:
    """Store a request durably: when this returns outside a transaction, it is committed.

    A connection that died, as after a restart of the database, is replaced once. Should the first
    attempt have been stored after all, the ledger leaves the doubles out.
    """
    if checked.message_count == 0:
        return
    row = InboxRow(0, now, source_id, route, checked.message_count, ip, checked.body)
    try:
        queries.append_to_inbox(row)
    except IntegrityError:
        # No partition for this day: the schedule did not run for a week.
        queries.make_partitions_ahead(now=now)
        queries.append_to_inbox(row)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        queries.append_to_inbox(row)
    wake("profiles.drain_inbox")
