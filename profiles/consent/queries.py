"""Typed calls of the statements about consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array
from profiles.consent.rules import ADDRESS_KINDS
from profiles.contracts import MergePair
from profiles.customers.pairs import both_sides

SQL = SqlFile(__file__, "consent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person said about a channel and topic, where, and under which words."""

    customer_id: int
    channel: str
    topic: str
    state: str
    address: str
    source: str
    text_version: str
    proof: dict[str, Any]
    at: datetime


def set_consent(statement: Statement) -> int:
    """Store a statement and return the id of its ledger entry."""
    names = ("customer_id", "channel", "topic", "state", "address", "source", "text_version")
    params = {name: getattr(statement, name) for name in names}
    params |= {"proof": statement.proof, "at": statement.at}
    entry_id: int = SQL.value("set_consent", params)
    return entry_id


def adopt_statements(bounds: Bounds) -> int:
    """Record the statements among a batch of touchpoints; return how many there were."""
    adopted: int = SQL.value("adopt_statements", bounds.params)
    return adopted


def suppress_address(channel: str, address: str, *, reason: str, now: datetime) -> bool:
    """Put an address on the list; tell whether it was not there."""
    params = {"channel": channel, "address": address, "reason": reason, "now": now}
    return bool(SQL.value("suppress_address", params | _kind(channel)))


def release_address(channel: str, address: str, *, source: str, now: datetime) -> bool:
    """Take an address off the list; tell whether it was there."""
    params = {"channel": channel, "address": address, "source": source, "now": now}
    return bool(SQL.value("release_address", params | _kind(channel)))


def list_statements_at(customer_id: int, *, at: datetime) -> list[dict[str, Any]]:
    """Return what a person had last said by an instant about each channel, topic and address."""
    params = {"customer_id": customer_id, "at": at}
    return [row[0] for row in SQL.run("list_statements_at", params)]


def merge_consents(pairs: Sequence[MergePair]) -> None:
    """Give the statements and ledger entries of losers to their winners; the stricter holds."""
    SQL.count("merge_consents", both_sides(pairs))


def return_consents(pairs: Sequence[MergePair]) -> None:
    """Give former losers their ledger entries back, and restate both sides from the ledger."""
    SQL.count("return_entries", both_sides(pairs))
    everybody = {person for pair in pairs for person in (pair.winner_id, pair.loser_id)}
    SQL.count("restate_from_ledger", {"customer_ids": bigint_array(everybody)})


def erase_consents(customer_ids: Sequence[int]) -> None:
    """Delete what people allowed; blank address and proof in the ledger."""
    SQL.run("open_erasure")
    SQL.run("erase_consents", {"customer_ids": bigint_array(customer_ids)})
    SQL.run("close_erasure")


def export_consents(customer_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return one person's ledger and suppressions as plain values."""
    person = {"customer_id": customer_id}
    return {
        "consent": [row[0] for row in SQL.run("export_consents", person)],
        "suppressions": [row[0] for row in SQL.run("export_suppressions", person)],
    }


def _kind(channel: str) -> dict[str, str]:
    return {"identity_kind": ADDRESS_KINDS.get(channel, "")}
