"""One message in the Segment form: what it says, or why it cannot be used."""

import hashlib
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import msgspec

from profiles.identities.rules import (
    ANONYMOUS_ID,
    DEVICE_TOKEN,
    EMAIL,
    PHONE,
    USER_ID,
    Ref,
    by_priority,
    is_blocked,
)
from profiles.identities.rules import Refused as Refused  # noqa: PLC0414  raised here, caught by its name here
from profiles.touchpoints.rules.instants import correct_skew, parse_instant
from profiles.touchpoints.rules.payload import splice

BATCH_ROUTES = frozenset({"batch", "import"})
TYPES = {"track": 1, "identify": 2, "page": 3, "screen": 4, "group": 5, "alias": 6}
EVENT_NAMES = {
    "identify": "Identify", "page": "Page Viewed", "screen": "Screen Viewed",
    "group": "Group", "alias": "Alias",
}  # fmt: skip
MAX_EVENT_NAME = 200
MAX_IDENTIFIER = 255

# What a day late still may set off. Older events are history: they count, but start nothing.
STARTS_JOURNEYS_WITHIN = 86_400_000_000

_EMAIL = re.compile(r"^[^@\s<>,;]{1,64}@[^@\s<>,;]+\.[^@\s<>,;.]{2,}$")
_PHONE = re.compile(r"^\+[1-9]\d{6,14}$")
_PHONE_PUNCTUATION = re.compile(r"[\s().\-/]")
_EMPTY = b"{}"
_ABSENT = msgspec.Raw(b"")


class Message(msgspec.Struct, rename="camel", gc=False):
    """A message as it came; everything may be missing or of a wrong type."""

    type: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    previous_id: Any = None
    group_id: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    properties: msgspec.Raw = _ABSENT
    traits: msgspec.Raw = _ABSENT
    context: msgspec.Raw = _ABSENT


class Context(msgspec.Struct, rename="camel", gc=False):
    """The parts of a message's context that we act on; the rest is stored unread."""

    traits: Any = None
    device: Any = None
    external_ids: Any = None
    timezone: Any = None
    locale: Any = None
    library: Any = None
    ip: Any = None
    direct: Any = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a message from outside it. Times in microseconds."""

    source_id: int
    route: str
    received_at: int
    sent_at: Any = None
    context: dict[str, Any] | None = None
    ip: str | None = None
    starts_journeys: bool = True


class Arrival(msgspec.Struct, gc=False, kw_only=True):
    """A message that can be used. Times in microseconds; properties and context are JSON."""

    message_id: bytes
    source_id: int
    type: int
    name: str
    refs: tuple[Ref, ...]
    at: int
    received_at: int
    original_at: int | None
    sent_at: int | None
    starts_journeys: bool
    revenue: Decimal | None
    properties: bytes
    context: bytes
    traits: dict[str, Any] | None = None
    time_zone: str | None = None
    locale: str | None = None
    previous_id: str | None = None


_message_decoder = msgspec.json.Decoder(Message)
_context_decoder = msgspec.json.Decoder(Context)
_encode_ids = msgspec.json.Encoder().encode
_NO_CONTEXT = Context()
_traits_decoder = msgspec.json.Decoder(dict[str, Any])


def make_message_id(source_id: int, message_id: str) -> bytes:
    """Return the ledger's id of a message: blake2b-128 over its source and its own id."""
    digest = _begun_digest(source_id).copy()
    digest.update(message_id.encode())
    return digest.digest()


@cache
def _begun_digest(source_id: int) -> hashlib.blake2b:
    return hashlib.blake2b(f"{source_id}:".encode(), digest_size=16)


def read_message(raw: bytes | msgspec.Raw, envelope: Envelope, *, fallback_id: str) -> Arrival:
    """Read one message.

    `fallback_id` stands in for a missing `messageId`; it must be the same when the same stored
    request is read again.

    Raises:
        Refused: when it cannot be used.
    """
    message = _decode(raw)
    return interpret_message(message, envelope, message_key(message, envelope, fallback_id))


def interpret_message(message: Message, envelope: Envelope, key: bytes) -> Arrival:
    """Say what a decoded message means; `key` is its id in the ledger.

    Raises:
        Refused: when it cannot be used.
    """
    kind = message.type if envelope.route in BATCH_ROUTES else envelope.route
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refused("unknown_type", "type", f"The type must be one of {', '.join(TYPES)}.")
    context, known = _context(message, envelope)
    properties, traits = _payload(kind, message, known)
    refs, previous_id = _identifiers(kind, message, known, traits)
    original, sent = _times(message, envelope)
    at = correct_skew(original, sent, envelope.received_at)
    name = _event_name(kind, message)
    if envelope.ip:
        context = _with_ip(context, known, envelope.ip)
    arrival = Arrival(
        message_id=key, source_id=envelope.source_id, type=TYPES[kind], name=name, refs=refs, at=at,
        received_at=envelope.received_at, original_at=original, sent_at=sent,
        starts_journeys=_is_live(envelope, at),
        revenue=_revenue(name, properties) if kind == "track" else None,
        properties=properties, context=_with_ids(context, refs),
    )  # fmt: skip
    # Set apart: more than fifteen arguments by name make a call three times as slow.
    if kind == "identify":
        arrival.traits = traits
    elif kind == "alias":
        arrival.previous_id = previous_id
    if known is not _NO_CONTEXT:
        arrival.time_zone = known.timezone if isinstance(known.timezone, str) else None
        arrival.locale = known.locale if isinstance(known.locale, str) else None
    return arrival


def message_key(message: Message | None, envelope: Envelope, fallback_id: str) -> bytes:
    """Return the ledger's id of a message, or of one that cannot be decoded."""
    own = "" if message is None else _text(message.message_id)
    return make_message_id(envelope.source_id, own or f"inbox:{fallback_id}")


def _decode(raw: bytes | msgspec.Raw) -> Message:
    try:
        return _message_decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("not_an_object", "", f"A message must be a JSON object: {error}.") from None


def _object(raw: msgspec.Raw, field: str) -> bytes:
    if raw is _ABSENT:
        return _EMPTY
    document = bytes(raw)
    if document[:1] == b"{":
        return document
    if not document or document == b"null":
        return _EMPTY
    raise Refused("wrong_type", field, f"“{field}” must be an object.")


def _context(message: Message, envelope: Envelope) -> tuple[bytes, Context]:
    """Return a message's context, that of its batch included, and what of it we act on."""
    context = _object(message.context, "context")
    try:
        if envelope.context:
            context = msgspec.json.encode({**envelope.context, **msgspec.json.decode(context)})
        return context, _NO_CONTEXT if context is _EMPTY else _context_decoder.decode(context)
    except msgspec.DecodeError as error:
        raise Refused("wrong_type", "context", f"“context” cannot be read: {error}.") from None


def _payload(kind: str, message: Message, known: Context) -> tuple[bytes, dict[str, Any] | None]:
    """Return what is stored as properties, and the traits that the message speaks about."""
    context_traits = known.traits if isinstance(known.traits, dict) else None
    if kind == "track":
        return _object(message.properties, "properties"), context_traits
    if kind in {"page", "screen"}:
        properties = _object(message.properties, "properties")
        texts = {"name": _text(message.name), "category": _text(message.category)}
        return splice(properties, **{k: v for k, v in texts.items() if v}), context_traits
    document = _object(message.traits, "traits")
    try:
        traits = _traits_decoder.decode(document)
    except msgspec.DecodeError as error:
        raise Refused("wrong_type", "traits", f"“traits” cannot be read: {error}.") from None
    if kind == "group":
        group_id = _text(message.group_id)
        if not group_id:
            raise Refused("missing_group", "groupId", "A group call needs a “groupId”.")
        return splice(document, groupId=group_id), context_traits
    if kind == "identify" and context_traits:
        traits = {**context_traits, **traits}
        document = msgspec.json.encode(traits)
    return document, traits


def _identifiers(
    kind: str, message: Message, known: Context, traits: dict[str, Any] | None
) -> tuple[tuple[Ref, ...], str | None]:
    refs: list[Ref] = []
    for name, value in ((USER_ID, message.user_id), (ANONYMOUS_ID, message.anonymous_id)):
        text = "" if value is None else _text(value)
        if text and not is_blocked(text):
            refs.append((name, _short(text, name)))
    if traits:
        refs += _contact_refs(traits)
    if known is not _NO_CONTEXT and not (known.device is None and known.external_ids is None):
        refs += _context_refs(known)
    previous = _text(message.previous_id) if kind == "alias" else None
    if kind == "alias" and not previous:
        raise Refused("missing_previous_id", "previousId", "An alias call needs a “previousId”.")
    if not refs:
        raise Refused(
            "missing_identifier", "userId",
            "It needs a “userId”, an “anonymousId” or another identifier that names somebody.",
        )  # fmt: skip
    if previous and (is_blocked(previous) or (USER_ID, previous) in refs):
        previous = None
    return (by_priority(refs) if len(refs) > 1 else tuple(refs)), previous


def _contact_refs(traits: dict[str, Any]) -> list[Ref]:
    refs = []
    if email := normalize_email(traits.get("email")):
        refs.append((EMAIL, email))
    if phone := normalize_phone(traits.get("phone")):
        refs.append((PHONE, phone))
    return refs


def _context_refs(known: Context) -> list[Ref]:
    refs = []
    if isinstance(known.device, dict):
        token = _text(known.device.get("token"))
        if token and not is_blocked(token) and len(token) <= MAX_IDENTIFIER:
            refs.append((DEVICE_TOKEN, token))
    for item in known.external_ids if isinstance(known.external_ids, list) else ():
        kind, value = (
            (_text(item.get("type")), _text(item.get("id"))) if isinstance(item, dict) else ("", "")
        )
        if kind and value and len(kind) <= 64 and not is_blocked(value):
            refs.append((kind, _short(value, "externalIds")))
    return refs


def normalize_email(value: object) -> str | None:
    """Return an e-mail address in the form in which it identifies, or `None`."""
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    return text if len(text) <= 254 and _EMAIL.match(text) else None


def normalize_phone(value: object) -> str | None:
    """Return a phone number as `+` and digits, or `None` when it has no country code."""
    if not isinstance(value, str):
        return None
    text = _PHONE_PUNCTUATION.sub("", value)
    return text if _PHONE.match(text) else None


def _times(message: Message, envelope: Envelope) -> tuple[int | None, int | None]:
    field = "timestamp"
    original = sent = None
    try:
        if message.original_timestamp is not None:
            original = parse_instant(message.original_timestamp)
        if original is None:
            original = parse_instant(message.timestamp)
        field = "sentAt"
        at = envelope.sent_at if envelope.sent_at is not None else message.sent_at
        if at is not None:
            sent = parse_instant(at)
    except ValueError:
        raise Refused(
            "invalid_time", field, f"“{field}” must be a time in ISO 8601, as 2026-01-31T09:00:00Z."
        ) from None
    return original, sent


def _event_name(kind: str, message: Message) -> str:
    if kind != "track":
        return EVENT_NAMES[kind]
    name = message.event.strip() if isinstance(message.event, str) else ""
    if not name:
        raise Refused("missing_event", "event", "A track call needs the name of its “event”.")
    if len(name) > MAX_EVENT_NAME:
        raise Refused("too_long", "event", f"An event's name has at most {MAX_EVENT_NAME} letters.")
    return name


def _is_live(envelope: Envelope, at: int) -> bool:
    if not envelope.starts_journeys or envelope.route == "import":
        return False
    return envelope.received_at - at <= STARTS_JOURNEYS_WITHIN


class _Money(msgspec.Struct, gc=False):
    revenue: Any = None
    total: Any = None


_money_decoder = msgspec.json.Decoder(_Money, float_hook=Decimal)


def _revenue(name: str, properties: bytes) -> Decimal | None:
    """Return `revenue`, or `total` of an order; `None` when it is no amount we can hold."""
    try:
        money = _money_decoder.decode(properties)
        value = money.revenue
        if value is None and name == "Order Completed":
            value = money.total
        if value is None or isinstance(value, bool | dict | list):
            return None
        amount = Decimal(str(value))
        return amount if amount.is_finite() and abs(amount) < 10**11 else None
    except (msgspec.DecodeError, InvalidOperation, RecursionError):
        return None


def _with_ip(context: bytes, known: Context, ip: str) -> bytes:
    """Note the address of a person's own device; a server's address says nothing about them."""
    if known.ip is not None:
        return context
    library = known.library.get("name") if isinstance(known.library, dict) else None
    own_device = isinstance(library, str) and library.startswith(("analytics.js", "analytics-"))
    if known.direct is True or (
        own_device and library not in {"analytics-python", "analytics-node"}
    ):
        return splice(context, ip=ip)
    return context


def _with_ids(context: bytes, refs: tuple[Ref, ...]) -> bytes:
    """Note what the event named its person by, for the debugger and for parting merged people."""
    ids = b'"ids":' + _encode_ids(dict(refs))
    if context is _EMPTY:
        return b"{" + ids + b"}"
    head = context.rstrip()[:-1].rstrip()
    return head + (b"" if head == b"{" else b",") + ids + b"}"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return ""


def _short(text: str, field: str) -> str:
    if len(text) > MAX_IDENTIFIER:
        raise Refused("too_long", field, f"“{field}” has at most {MAX_IDENTIFIER} letters.")
    return text
