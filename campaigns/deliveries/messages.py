"""Reads of whole messages: why each was sent or not, what it said, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from campaigns.content.rules.rendering import PersonalLinks, Refusal, Rendered, render_words
from campaigns.content.selectors import get_compiled_words
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.rules import OUTCOMES, reason_text, say_numbers
from kernel.errors import NotFound
from kernel.http.numbers import read_number
from kernel.sql import SqlFile, text_array

SQL = SqlFile(__file__, "messages")
PAGE: Final = 30
LAST_ID: Final = 2**62
# Where a message stands, for people: the statuses of each place, its words and its tone.
PLACES: Final = {
    "sent": (("handed_over", "confirmed"), "Sent", "ok"),
    "held_back": (("held_back",), "Held back", "warn"),
    "waiting": (("planned", "claimed"), "Waiting", "info"),
    "failed": (("failed",), "Failed", "danger"),
    "unknown": (("unknown",), "Unknown", "danger"),
}
_EVENTS: Final = {
    "delivered": "Delivered", "opened": "Opened", "clicked": "Clicked", "bounced": "Bounced",
    "complained": "Reported as spam", "unsubscribed": "Unsubscribed", "rejected": "Rejected",
    "deferred": "Put off by the provider", "failed": "Failed at the provider",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision about a message, in words, with each number that was read.

    `winner` is the message that has the last slot in its place.
    """

    at: datetime
    label: str
    tone: str
    text: str
    read: list[str]
    winner: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One thing that came back; what programs did counts nowhere."""

    at: datetime
    text: str
    is_bot: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person, with its whole history."""

    id: int
    key: UUID
    channel: str
    status: str
    created_at: datetime
    due_at: datetime
    is_worded: bool
    template: str
    template_key: UUID
    version: int
    journey: str | None
    journey_key: UUID | None
    enrollment_id: int | None
    broadcast: str | None
    broadcast_key: UUID | None
    decisions: list[dict[str, Any]]
    events: list[dict[str, Any]]
    customer_key: UUID
    customer_id: int

    @property
    def place(self) -> str:
        """Where it stands: a key of `PLACES`."""
        return next(name for name, (statuses, *_) in PLACES.items() if self.status in statuses)

    @property
    def label(self) -> str:
        """Where it stands, in words."""
        return PLACES[self.place][1]

    @property
    def tone(self) -> str:
        """The tone of where it stands."""
        return PLACES[self.place][2]

    @property
    def steps(self) -> list[Step]:
        """Every decision about it, oldest first."""
        return [_step(decision) for decision in self.decisions]

    @property
    def reactions(self) -> list[Reaction]:
        """What came back, oldest first."""
        return [_reaction(event) for event in self.events]


def list_messages(customer_id: int, *, query: Mapping[str, str]) -> list[Message]:
    """Return a person's messages, newest first; one more than a page tells that there are more.

    `query` may hold `channel`, `place` (a key of `PLACES`) and `before` (an id).
    """
    before = query.get("before", "")
    return _list(
        customer_id=customer_id,
        before=read_number(before) or LAST_ID,
        channel=query.get("channel", ""),
        statuses=PLACES[query["place"]][0] if query.get("place") in PLACES else (),
        limit=PAGE + 1,
    )


def list_of_person(
    key: UUID, *, before: int, channel: str, place: str, limit: int
) -> list[Message]:
    """Return the messages of the person with this key, newest first."""
    statuses = PLACES[place][0] if place else ()
    return _list(customer_key=key, before=before, channel=channel, statuses=statuses, limit=limit)


def list_channels(customer_id: int) -> list[str]:
    """Return the channels on which a person has messages."""
    return [row[0] for row in SQL.run("list_channels", {"customer_id": customer_id})]


def get_message(key: UUID) -> Message:
    """Return one message by its key; raises `NotFound`."""
    found = _list(key=key, limit=1)
    if not found:
        raise NotFound("This message does not exist.")
    return found[0]


def find_words(key: UUID, *, links: PersonalLinks) -> Rendered | None:
    """Return a message as it was sent, with other links; `None` where its values are not kept.

    A version of a template never changes, and the values that it read are kept with the message.
    """
    delivery = Delivery.objects.filter(key=key).first()
    if delivery is None or delivery.wording is None:
        return None
    compiled = get_compiled_words(delivery.template_version_id, delivery.locale or "")
    words = render_words(compiled, values=delivery.wording, links=links)
    return None if isinstance(words, Refusal) else words


def idle_links() -> PersonalLinks:
    """Return links for staff: they lead to the targets, and nothing is counted or changed."""
    return PersonalLinks(unsubscribe="#", open_pixel="data:,", track=lambda target: target)


def _list(**asked: Any) -> list[Message]:
    nothing = {"customer_id": None, "customer_key": None, "key": None}
    params = {**nothing, "before": LAST_ID, "channel": "", **asked}
    params["statuses"] = text_array(asked.get("statuses", ()))
    return SQL.all("list_messages", params, into=Message)


def _step(decision: dict[str, Any]) -> Step:
    label, tone = OUTCOMES[decision["outcome"]]
    slot = decision["numbers"].get("slot")
    return Step(
        at=datetime.fromisoformat(decision["at"]),
        label=label,
        tone=tone,
        text=reason_text(decision["reason"]),
        read=say_numbers(decision["numbers"]),
        winner=UUID(slot["message"]) if slot else None,
    )


def _reaction(event: dict[str, Any]) -> Reaction:
    return Reaction(
        at=datetime.fromisoformat(event["at"]),
        text=_EVENTS.get(event["kind"], event["kind"].capitalize()),
        is_bot=event["is_bot"],
        url=event["url"] or "",
    )
