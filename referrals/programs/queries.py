"""Set statements about advocates and the referrals of programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "programs")


def insert_advocates(program_id: int, codes: Mapping[int, str], *, now: datetime) -> int:
    """Make customers advocates with the codes given; one statement, returns how many were new."""
    return SQL.count(
        "join_program",
        {
            "program_id": program_id,
            "customer_ids": list(codes),
            "codes": list(codes.values()),
            "now": now,
        },
    )


def list_codes(program_id: int, customer_ids: Sequence[int]) -> dict[int, str]:
    """Return the code of each customer that is an advocate of the program."""
    rows = SQL.run("list_codes", {"program_id": program_id, "customer_ids": list(customer_ids)})
    return dict(rows)


def count_statuses(program_ids: Sequence[int], *, since: datetime) -> dict[int, dict[str, int]]:
    """Count the referrals of each program that started since a moment, by state."""
    found: dict[int, dict[str, int]] = {}
    params = {"program_ids": list(program_ids), "since": since}
    for program_id, status, count in SQL.run("count_statuses", params):
        found.setdefault(program_id, {})[status] = count
    return found
