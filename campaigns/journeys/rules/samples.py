"""Journeys to start from. Templates and segments are chosen afterwards; nothing is sent by starting."""

from dataclasses import dataclass
from typing import Any, Final

from campaigns.journeys.rules.documents import Document

_HOUR, _DAY = 3_600, 86_400
_EXIT = {"id": "exit", "type": "exit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One journey to start from."""

    key: str
    name: str
    text: str
    icon: str
    definition: Document


def _send(name: str, next_: str, note: str) -> dict[str, Any]:
    return {"id": name, "type": "send", "template": "", "note": note, "next": next_}


def _wait(name: str, seconds: int, next_: str) -> dict[str, Any]:
    return {"id": name, "type": "wait", "seconds": seconds, "next": next_}


def _asked(name: str, event: str, yes: str, no: str) -> dict[str, Any]:
    question = {"event": event, "match": [], "at_least": 1}
    return {
        "id": name, "type": "condition", "happened_since_entry": question, "yes": yes, "no": no,
    }  # fmt: skip


def _journey(*nodes: dict[str, Any], event: str, again: bool) -> Document:
    triggers = [{"kind": "touchpoint", "event": event, "match": []}] if event else []
    entry = {
        "id": "entry", "type": "entry", "triggers": triggers, "next": nodes[0]["id"],
        "reentry": "after_exit" if again else "never",
    }  # fmt: skip
    return {"version": 1, "holdout_percent": 10, "nodes": [entry, *nodes, _EXIT]}


SAMPLES: Final = (
    Sample(
        key="welcome", name="Welcome", icon="hand",
        text="Greets somebody who signed up, then helps those who have not bought after three days.",
        definition=_journey(
            _send("greeting", "three_days", "Greeting"),
            _wait("three_days", 3 * _DAY, "bought"),
            _asked("bought", "Order Completed", "exit", "help"),
            _send("help", "exit", "How to begin"),
            event="Signed Up", again=False,
        ),
    ),
    Sample(
        key="abandoned_cart", name="Abandoned cart", icon="shopping-cart",
        text="Two hours after a cart is left a mail, two days later a last reminder; buying ends it.",
        definition=_journey(
            _wait("two_hours", 2 * _HOUR, "bought"),
            _asked("bought", "Order Completed", "exit", "reminder"),
            _send("reminder", "two_days", "Your cart is waiting"),
            _wait("two_days", 2 * _DAY, "bought_later"),
            _asked("bought_later", "Order Completed", "exit", "last_reminder"),
            _send("last_reminder", "exit", "Last reminder"),
            event="Product Added", again=True,
        ),
    ),
    Sample(
        key="win_back", name="Win back", icon="heart-handshake",
        text="Writes to people who enter a segment of lapsed buyers, and tests two mails.",
        definition=_journey(
            {"id": "offer", "type": "split", "branches": [
                {"name": "Plain", "percent": 50, "next": "plain"},
                {"name": "Offer", "percent": 50, "next": "with_offer"},
            ]},
            _send("plain", "week", "We miss you"),
            _send("with_offer", "week", "We miss you, with an offer"),
            _wait("week", 7 * _DAY, "came_back"),
            _asked("came_back", "Order Completed", "exit", "goodbye"),
            _send("goodbye", "exit", "Shall we stop writing?"),
            event="", again=True,
        ),
    ),
    Sample(
        key="refer", name="Refer after a good moment", icon="share-2",
        text="Three days after an order, asks those who were happy to invite a friend.",
        definition=_journey(
            _wait("three_days", 3 * _DAY, "happy"),
            _asked("happy", "Review Submitted", "invite", "exit"),
            _send("invite", "exit", "Invite a friend"),
            event="Order Completed", again=True,
        ),
    ),
)  # fmt: skip


def find_sample(key: str) -> Sample | None:
    """Return a sample by its key."""
    return next((sample for sample in SAMPLES if sample.key == key), None)
