"""Volume limits while sending: what goes, what waits, what is held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from campaigns.channels.models import Sender
from campaigns.channels.words import CHANNELS, PROVIDERS
from kernel.sql import SqlFile, bigint_array

SQL = SqlFile(__file__, "volume")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much of a limit is used in its running period, and how many messages wait for it."""

    id: int
    used: Decimal
    waiting: int


def hold_excess(ids: Sequence[int], *, now: datetime) -> set[int]:
    """Keep back, of messages just claimed, what the volume limits have no room for; return those.

    In the transaction of the claim. Holds the limits until its end, so that they are exact with
    any number of workers.
    """
    if not ids or not SQL.run("lock_limits"):
        return set()
    return {row[0] for row in SQL.run("admit", {"ids": bigint_array(ids), "now": now})}


def release_waiting(*, now: datetime) -> int:
    """Make waiting messages due for which there is room again; returns how many."""
    return SQL.count("release_waiting", {"now": now})


def list_uses(*, now: datetime) -> dict[int, Use]:
    """Return the use of every limit by its id."""
    return {use.id: use for use in SQL.all("list_uses", {"now": now}, into=Use)}


def list_targets() -> list[tuple[str, str]]:
    """Return what a volume limit may be for, as `scope:subject` with its words."""
    senders = Sender.objects.order_by("name").values_list("key", "name")
    campaigns = [
        (f"{scope}:{subject}", f"{scope.capitalize()}: {name}")
        for scope, subject, name in SQL.run("list_campaigns")
    ]
    return [
        ("everything:", "All messages"),
        ("domain:", "A domain of recipients"),
        *((f"channel:{each}", f"Channel: {words}") for each, words in CHANNELS.items()),
        *((f"sender:{sender}", f"Sender: {name}") for sender, name in senders),
        *((f"provider:{kind}", f"Provider: {words}") for kind, (words, _) in PROVIDERS.items()),
        *campaigns,
    ]
