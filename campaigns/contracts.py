"""What other apps may see of `campaigns`: frozen values and enums, no framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

TemplateId = NewType("TemplateId", int)
JourneyId = NewType("JourneyId", int)


class Channel(StrEnum):
    """How a message reaches a person."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"
    WEBPUSH = "webpush"
    INAPP = "inapp"
    WEBHOOK = "webhook"
    AUDIENCE = "audience"
    TASK = "task"


class MessageClass(StrEnum):
    """Marketing needs consent and counts towards caps; transactional answers an act of the person."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class DeliveryStatus(StrEnum):
    """Where a delivery stands; `unknown` is never sent again blindly."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD_BACK = "held_back"


class EventKind(StrEnum):
    """What a provider, or the person, reported about a delivery (the vocabulary of anymail)."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One rendered message, ready for a provider.

    `key` is the delivery's key: the idempotency key at the provider and part of the Message-ID.
    Reports about the message may be sent to `report_url`.
    """

    key: UUID
    channel: Channel
    address: str
    subject: str = ""
    text: str = ""
    html: str = ""
    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    report_url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


class SendOutcome(StrEnum):
    """What a provider answered; `uncertain` = it may or may not have taken the message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The provider's answer for one message. `reason` is a short code, never personal data.

    `retry_after` is how long the provider asks to be left alone; `is_dead_address` says that
    nothing will ever reach this address again, so that it is suppressed.
    """

    outcome: SendOutcome
    provider_id: str = ""
    reason: str = ""
    retry_after: timedelta = timedelta(0)
    is_dead_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """One report of a provider about one delivery. `key` is unique, so that a replay adds nothing."""

    delivery_key: UUID
    kind: EventKind
    at: datetime
    key: str
    is_bot: bool = False
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """What a person wrote back. `key` is the provider's own id of it, so that a replay adds nothing."""

    channel: Channel
    address: str
    text: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRequest:
    """A request of a provider to us. Names of headers are in lower case."""

    body: bytes
    headers: Mapping[str, str]
    url: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDraft:
    """What a template version is made of. `source` is MJML or HTML for e-mail, empty elsewhere.

    Other channels have a `subject` and a `text` under names of their own (a push has a title and
    a body), and further `fields`; see `campaigns.content.rules.parts`. `translations` are the same
    parts in other languages, by language tag.
    """

    channel: Channel
    subject: str = ""
    source: str = ""
    source_format: str = "mjml"
    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    translations: Mapping[str, "TemplateDraft"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDraft:
    """What a sender is made of. `kind` names its provider, `config` holds that one's settings."""

    name: str
    channel: Channel
    kind: str
    config: dict[str, Any] = field(default_factory=dict)
    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    stands_in: bool = False
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponsLow:
    """Payload of `campaigns.coupons_low`, version 1: a pool has fewer free codes than staff want.

    Published once until codes are added.
    """

    pool: str
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedJourney:
    """A journey after publishing: its ids, its version, and how many people entered at once."""

    journey_id: JourneyId
    key: UUID
    version: int
    enrolled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person standing at a node of a journey."""

    enrollment_id: int
    step_no: int
    customer_id: int
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAnswer:
    """Which outlet a person takes at a node, and why."""

    outlet: str
    reason: str
