"""The preference center: what a person may choose, and what follows from their choice."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kernel import tokens
from profiles.consent import preference_queries as queries
from profiles.consent.models import Topic
from profiles.consent.preference_queries import Pace
from profiles.consent.queries import Statement
from profiles.consent.rules import ChannelChoice, Stated, list_changes, offer_choices
from profiles.consent.services import record_statement
from profiles.contracts import CustomerId
from profiles.customers.models import Customer

SCOPE = "preferences"
# As long as the link that unsubscribes: who keeps a mail must be able to act on it.
LINK_DAYS = 400
PAUSE_DAYS = 30
TEXT_VERSION = "preferences-1"
SOURCE = "preference_center"
WEEKLY_LIMITS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything the preference center shows about one person."""

    customer_id: CustomerId
    channels: tuple[ChannelChoice, ...]
    pace: Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person sent: names of channels and `channel:topic` that stay on, and the pace.

    `pause` is `start`, `end` or empty for no change.
    """

    wanted: Container[str]
    pause: str = ""
    weekly_limit: int | None = None


def preferences_link(customer_id: CustomerId, *, now: datetime) -> str:
    """Return the address of a person's preference center; who has it may change them."""
    expires_at = now + timedelta(days=LINK_DAYS)
    token = tokens.sign(SCOPE, {"c": customer_id}, expires_at=expires_at)
    return settings.PUBLIC_URL + reverse("profiles:preferences", kwargs={"token": token})


def read_token(token: str, *, now: datetime) -> CustomerId:
    """Return whose link this is, today: of a person who became another one, that one.

    Raises:
        Forbidden: the link is incomplete, changed, or too old.
    """
    number = int(tokens.open_token(SCOPE, token, now=now)["c"])
    survivor = Customer.objects.values_list("merged_into_id", flat=True).filter(id=number).first()
    return CustomerId(survivor or number)


def read_preferences(customer_id: CustomerId) -> Preferences:
    """Return what a person may choose and has chosen."""
    stated = [
        (held.channel, Stated(topic=held.topic, address=held.address, state=held.state))
        for held in queries.list_held(customer_id)
    ]
    topics = Topic.objects.filter(archived_at=None).order_by("name")
    channels = offer_choices(
        stated,
        addresses=queries.list_addresses(customer_id),
        topics=list(topics.values_list("key", "name", "description")),
    )
    return Preferences(customer_id, channels, queries.read_pace(customer_id))


def save_preferences(customer_id: CustomerId, choice: Choice, *, now: datetime) -> int:
    """Record what a person chose; return how many statements that made. Repeating changes nothing."""
    with transaction.atomic():
        before = read_preferences(customer_id)
        changes = list_changes(before.channels, wanted=choice.wanted)
        for channel, topic, state in changes:
            record_statement(_statement(customer_id, channel, topic, state, now=now))
        pace = _pace(before.pace, choice, now=now)
        if pace != before.pace:
            queries.set_pace(customer_id, pace, now=now)
    return len(changes)


def leave_everything(customer_id: CustomerId, *, now: datetime) -> int:
    """Withdraw consent on every channel that the preference center offers."""
    return save_preferences(customer_id, Choice(wanted=()), now=now)


def _statement(
    customer_id: CustomerId, channel: str, topic: str, state: str, *, now: datetime
) -> Statement:
    return Statement(
        customer_id=customer_id, channel=channel, topic=topic, state=state, address="",
        source=SOURCE, text_version=TEXT_VERSION, proof={"page": "preferences"}, at=now,
    )  # fmt: skip


def _pace(before: Pace, choice: Choice, *, now: datetime) -> Pace:
    paused_until = {"start": now + timedelta(days=PAUSE_DAYS), "end": None}.get(
        choice.pause, before.paused_until
    )
    return Pace(paused_until=paused_until, weekly_limit=choice.weekly_limit)
