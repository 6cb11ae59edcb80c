"""What this app plugs into the apps below it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.extension_points import journey_node_types, merge_sources
from kernel.events import register_event_type, register_log
from profiles.contracts import CustomerId, MergePair, TimelineEntry
from profiles.extension_points import customer_mergers, personal_data_sources, timeline_sources
from referrals.contracts import RewardGranted
from referrals.journey_steps import GrantReward, MakeAdvocate
from referrals.people import ReferralsData
from referrals.programs.services import find_shared_program, join_program, share_link
from referrals.rewards import merging
from referrals.rewards import selectors as rewards


class ReferralValues:
    """`{{ referral.link }}`, `{{ referral.code }}` and `{{ referral.balance }}` in messages."""

    key = "referral"
    samples: Mapping[str, str] = {
        "link": "https://example.com/r/7KQ2M9XW4T",
        "code": "7KQ2M9XW4T",
        "balance": "20 points",
    }

    def values(
        self, customer_ids: Sequence[CustomerId], *, now: datetime
    ) -> dict[CustomerId, dict[str, Any]]:
        """Make the people advocates of the live program and return what they share.

        Nothing without a live program. A fixed number of statements for the whole batch.
        """
        program_id = find_shared_program()
        if program_id is None:
            return {}
        codes = join_program(program_id, customer_ids, now=now)
        balances = rewards.balance_texts(customer_ids, at=now)
        return {
            customer_id: {
                "link": share_link(codes[customer_id]),
                "code": codes[customer_id],
                "balance": balances.get(customer_id, ""),
            }
            for customer_id in customer_ids
        }


class RewardTimeline:
    """Rewards that wait, were taken back or fell under the cap, on a person's timeline.

    Referrals that start or convert and rewards that are granted are touchpoints already.
    """

    key = "referrals.rewards"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest entries before a moment."""
        return rewards.list_timeline(customer_id, before=before, limit=limit)


class ReferralMerger:
    """Gives referrals, codes, rewards and accounts to the person who took over, and back."""

    key = "referrals"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Move the rows of each loser and void what a person cannot have with themselves."""
        merging.merge_customers(pairs, now=now)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Move the rows back. What the merge voided stays void: nothing is granted again."""
        merging.unmerge_customers(pairs)


register_log("referrals.referral_change", "referrals_referral_change", time_column="at")
register_log("referrals.visit", "referrals_visit", time_column="at")
register_log("referrals.ledger_entry", "referrals_ledger_entry", time_column="at")
register_event_type("referrals.reward_granted", version=1, payload=RewardGranted)

merge_sources.register(ReferralValues.key, ReferralValues())
for step in (MakeAdvocate(), GrantReward()):
    journey_node_types.register(step.kind, step)
timeline_sources.register(RewardTimeline.key, RewardTimeline())
customer_mergers.register(ReferralMerger.key, ReferralMerger())
personal_data_sources.register(ReferralsData.key, ReferralsData())
