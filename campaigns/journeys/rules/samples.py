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
        text="Two hours after a cart is left a mail, the next day an audience for ads, after 48 hours a push; buying ends it.",
        definition={
            **_journey(
                _wait("two_hours", 2 * _HOUR, "reminder"),
                _send("reminder", "next_day", "E-mail: your cart is waiting"),
                {"id": "next_day", "type": "wait_days", "days": 1, "at": "10:00", "zone": "UTC",
                 "next": "audience"},
                _send("audience", "two_days", "Audience: show them the cart elsewhere"),
                _wait("two_days", 2 * _DAY, "push"),
                _send("push", "exit", "Push: last reminder"),
                event="Product Added", again=True,
            ),
            "goal": {"event": "Order Completed", "match": [], "days": 7, "leaves": True},
        },
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
    Sample(
        key="browse_help", name="Browse help, then a tutorial", icon="life-buoy",
        text="Who looks at the help twice in a day and has not asked gets the tutorial that fits.",
        definition=_journey(
            {"id": "again", "type": "hold", "seconds": _DAY, "since": "arrival", "timeout": "exit",
             "branches": [
                 {"name": "looks again", "event": "Help Viewed", "match": [], "next": "tutorial"},
                 {"name": "asks", "event": "Support Asked", "match": [], "next": "exit"},
             ]},
            _send("tutorial", "exit", "The tutorial"),
            event="Help Viewed", again=True,
        ),
    ),
)  # fmt: skip


def find_sample(key: str) -> Sample | None:
    """Return a sample by its key."""
    return next((sample for sample in SAMPLES if sample.key == key), None)
