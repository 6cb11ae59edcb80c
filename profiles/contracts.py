"""What other apps may know about people: frozen values, no queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

CustomerId = NewType("CustomerId", int)
SegmentId = NewType("SegmentId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRef:
    """One identifier: kind is user_id, anonymous_id, email, phone, device_token or an own kind."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSummary:
    """A person as lists, messages and timelines of other apps show them."""

    id: CustomerId
    key: UUID
    display_name: str
    email: str | None
    phone: str | None
    traits: Mapping[str, Any]
    time_zone: str | None
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTouchpoint:
    """A fact that one of our own apps records on a person's timeline.

    `key` makes recording repeatable: the same key is stored once, however often it is recorded.
    """

    customer_id: CustomerId
    event: str
    key: str
    occurred_at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of a person's timeline. `icon` is the name of a lucide icon."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    icon: str = "circle"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFact:
    """One line that another slice shows on a profile, such as a segment or a balance."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePair:
    """Two people who became one: every row of the loser now belongs to the winner."""

    merge_id: int
    winner_id: CustomerId
    loser_id: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSummary:
    """A segment as journeys and broadcasts choose it."""

    id: SegmentId
    key: UUID
    name: str
    status: str
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeField:
    """A field of rules that staff made, such as a computed trait.

    `join` is trusted SQL that joins the value to the customer `c` under the name `{alias}`, in which
    `expression` reads it; `type` is text, number, date or list.
    """

    key: str
    label: str
    type: str
    join: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedBy:
    """Something that uses a segment or a computed trait, and so keeps it from being archived."""

    kind: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDrifted:
    """The nightly proof found wrong values of a computed trait and put them right."""

    trait_id: int
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedFailed:
    """A computed trait could not be computed and was set aside."""

    trait_id: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFailed:
    """A segment could not be evaluated and was set aside, so that the others go on."""

    segment_id: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptInAsked:
    """Payload of `profiles.opt_in_asked`, version 1: a person should confirm that they want to hear.

    The subject is the customer. An empty topic stands for the whole channel.
    """

    channel: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDrifted:
    """The audit found people in the wrong place and put them right: an event that alerts watch."""

    segment_id: int
    differences: int
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StitchingHeld:
    """Events joined too much to one person within the hour; nothing more is joined to them."""

    customer_id: int
    merges: int
    identifiers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """A rule in the rule builder. `context` is what the template `profiles/segments/_group.html` reads."""

    document: dict[str, Any]
    is_complete: bool
    sentence: Any
    context: dict[str, Any]
