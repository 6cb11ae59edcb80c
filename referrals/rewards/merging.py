"""What becomes of referrals and rewards when two customers turn out to be one person."""

from collections.abc import Sequence
from datetime import datetime

from kernel.sql import SqlFile
from profiles.contracts import MergePair
from referrals.graph.queries import move_referrals
from referrals.graph.rules import ReferralStatus

SQL = SqlFile(__file__, "merging")


def merge_customers(pairs: Sequence[MergePair], *, now: datetime) -> None:
    """Give the losers' rows to the winners and void what a person cannot have with themselves.

    A referral of oneself, one that closes a loop and a second one of the same friend are rejected
    when they have only started. With rewards at stake they get a finding that holds the rewards
    until a person decides, so the merge itself neither pays nor takes back. Four statements for
    any number of pairs, one when nobody has anything here.
    """
    rows = SQL.run(
        "move_rows",
        {
            "winner_ids": [pair.winner_id for pair in pairs],
            "loser_ids": [pair.loser_id for pair in pairs],
        },
    )
    if not rows:
        return
    stayed = [referral_id for referral_id, what in rows if what == "stayed"]
    touched = sorted({referral_id for referral_id, _ in rows})
    broken: dict[int, str] = dict(
        SQL.run("find_broken", {"referral_ids": touched, "stayed_ids": stayed})
    )
    if not broken:
        return
    rejected = move_referrals(
        list(broken),
        before=ReferralStatus.STARTED,
        after=ReferralStatus.REJECTED,
        reason="broken_by_merge",
        now=now,
    )
    held = {referral_id: broken[referral_id] for referral_id in broken.keys() - set(rejected)}
    params = {"referral_ids": list(held), "kinds": list(held.values()), "now": now}
    SQL.run("hold_broken", params)


def unmerge_customers(pairs: Sequence[MergePair]) -> None:
    """Give each loser its rows back. What the merge rejected stays so; nothing is granted again."""
    for pair in pairs:
        SQL.run("return_rows", {"winner_id": pair.winner_id, "loser_id": pair.loser_id})
