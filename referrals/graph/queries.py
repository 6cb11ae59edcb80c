"""Set statements about referrals, their states and the visits of their links."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from kernel.sql import SqlFile
from referrals.graph.rules import ReferralStatus, can_move

SQL = SqlFile(__file__, "referrals")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReferral:
    """What a referral needs to start."""

    key: UUID
    program_id: int
    program_version_id: int
    advocate_id: int
    friend_id: int
    friend_print: bytes
    method: str
    window_ends_at: datetime


def start_referral(new: NewReferral, *, now: datetime) -> int | None:
    """Start a referral; returns None when the friend is already referred in the program."""
    found: int | None = SQL.value("start_referral", {**asdict(new), "now": now})
    return found


def move_referrals(
    referral_ids: Sequence[int],
    *,
    before: ReferralStatus,
    after: ReferralStatus,
    reason: str,
    now: datetime,
) -> list[int]:
    """Move referrals that are in the expected state; returns those that moved.

    Raises:
        ValueError: when no referral may go from the one state to the other.
    """
    if not can_move(before, after):
        raise ValueError(f"A referral cannot go from {before} to {after}.")
    rows = SQL.run(
        "move_referrals",
        {
            "referral_ids": list(referral_ids),
            "before": before.value,
            "after": after.value,
            "reason": reason,
            "now": now,
        },
    )
    return sorted(row[0] for row in rows)


def closes_loop(*, program_id: int, advocate_customer_id: int, friend_id: int) -> bool:
    """Say whether the friend referred the advocate, directly or through others."""
    return bool(
        SQL.value(
            "closes_loop",
            {
                "program_id": program_id,
                "advocate_customer_id": advocate_customer_id,
                "friend_id": friend_id,
            },
        )
    )


def record_visit(*, advocate_id: int, program_id: int, visitor: bytes, now: datetime) -> bool:
    """Count a visit of an advocate's page; says whether it was the visitor's first this hour."""
    return bool(
        SQL.count(
            "record_visit",
            {"advocate_id": advocate_id, "program_id": program_id, "visitor": visitor, "now": now},
        )
    )
