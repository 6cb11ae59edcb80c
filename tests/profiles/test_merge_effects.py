"""What a merge does to everything that hangs on a person; the table in docs/explanation/merging.md."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from campaigns.journeys.models import Enrollment
from kernel.testing.facts import drain_facts
from profiles import facade
from profiles.computed.models import ComputedValue
from profiles.computed.services.defining import TraitDraft, create_trait
from profiles.computed.services.refreshing import refresh_due as refresh_computed
from profiles.contracts import CustomerId
from profiles.customers.trait_queries import list_past_traits
from profiles.models import AccountMember, Consent, Customer, Identity, SegmentMember, Touchpoint
from profiles.segments.services.refreshing import refresh_due
from profiles.touchpoints.services.explicit_merges import merge_explicitly, undo_merge
from profiles.touchpoints.services.upkeep import sweep_stragglers
from referrals.models import Advocate
from tests.campaigns.builders import entry, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, let_in
from tests.profiles.collecting import Sender
from tests.profiles.segments.world import add_touch
from tests.referrals.world import advocate, live_program

PAGE = Path("docs", "explanation", "merging.md")
SAY = {"reason": "Same person by phone.", "actor": "user:1"}


def now() -> datetime:
    return datetime.now(UTC)


def person(user: str) -> int:
    return Identity.objects.get(kind="user_id", value=user).customer_id


def two(sender: Sender) -> tuple[int, int]:
    """One bought and gave consent; the other belongs to an account and withdrew."""
    sender.deliver(
        {"type": "identify", "userId": "u1", "traits": {"email": "one@example.com", "plan": "a"}},
        {"type": "track", "userId": "u1", "event": "Order Completed"},
        {"type": "identify", "userId": "u2", "traits": {"email": "two@example.com", "plan": "b"}},
        {"type": "group", "userId": "u2", "groupId": "acme"},
    )
    one, other = person("u1"), person("u2")
    for who, state in ((one, "granted"), (other, "withdrawn")):
        facade.record_consent(
            CustomerId(who), channel="email", state=state, source="form", now=now()
        )
    drain_facts(now())
    return one, other


def consents() -> set[tuple[int, str]]:
    return set(Consent.objects.values_list("customer_id", "state"))


def buyers() -> int:
    return live_rule("Buyers", "Order Completed")


def live_rule(name: str, event: str) -> int:
    did = {"kind": "count", "event": event, "operator": "at_least", "value": 1,
           "window": {"kind": "ever"}}  # fmt: skip
    rule = {"version": 1, "root": {"kind": "group", "match": "all", "rules": [did]}}
    segment = facade.create_segment(name, rule=rule, now=now())
    facade.publish_segment(segment.id, now=now())
    return segment.id


def members(segment_id: int) -> set[int]:
    refresh_due(now=now())
    inside = SegmentMember.objects.filter(segment_id=segment_id)
    return set(inside.values_list("customer_id", flat=True))


def test_the_stricter_consent_holds_and_each_gets_theirs_back(sender):
    one, other = two(sender)
    before = consents()
    merged = merge_explicitly(winner_id=one, loser_id=other, **SAY, now=now())
    assert consents() == {(one, "withdrawn")}
    undo_merge(merged.merge_id, actor="user:1", now=now())
    assert consents() == before


def test_segments_follow_the_joined_facts_and_then_each_ones_own(sender):
    one, other = two(sender)
    segment = buyers()
    assert members(segment) == {one}
    merged = merge_explicitly(winner_id=other, loser_id=one, **SAY, now=now())
    assert members(segment) == {other}
    undo_merge(merged.merge_id, actor="user:1", now=now())
    assert members(segment) == {one}


def test_what_was_stored_in_the_moment_of_a_merge_moves_segments_and_traits_at_once(sender):
    one, other = two(sender)
    segment = buyers()
    definition = {"kind": "figure", "event": "Order Completed", "measure": "count"}
    create_trait(TraitDraft(name="Orders", slug="orders", definition=definition), now=now())
    returns = live_rule("Returns", "Order Returned")
    merge_explicitly(winner_id=other, loser_id=one, **SAY, now=now())
    drain_facts(now())
    refresh_computed(now=now())
    assert (members(segment), members(returns)) == ({other}, set())
    # A batch that had resolved the loser before the merge is committed after it.
    for event in ("Order Completed", "Order Returned"):
        add_touch(one, event=event, occurred_at=now())
    drain_facts(now())
    refresh_computed(now=now())
    assert members(returns) == set()
    assert sweep_stragglers(now=now()) == 2
    refresh_computed(now=now())
    assert members(returns) == {other}
    assert list(ComputedValue.objects.values_list("customer_id", "value")) == [(other, 2)]
    assert sweep_stragglers(now=now()) == 0


def everything(segment: int) -> tuple[object, ...]:
    """All that hangs on people, without the traces of the merge itself."""
    return (
        set(Identity.objects.values_list("kind", "value", "customer_id")),
        set(Touchpoint.objects.exclude(type=7).values_list("id", "customer_id")),
        [(row.pk, row.traits, row.trait_stamps, row.merged_into_id)
         for row in Customer.objects.order_by("pk")],
        [list_past_traits(row.pk, at=now(), as_known=known)
         for row in Customer.objects.order_by("pk") for known in (False,)],
        consents(),
        set(AccountMember.objects.values_list("account__external_id", "customer_id")),
        set(Advocate.objects.values_list("code", "customer_id")),
        set(Enrollment.objects.values_list("customer_id", "state")),
        members(segment),
    )  # fmt: skip


def test_merging_and_undoing_leaves_everything_as_it_was(sender):
    one, other = two(sender)
    program = live_program()
    for user in ("u1", "u2"):
        advocate(program, user)
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT, now=now() - timedelta(days=1))
    let_in(journey, *Customer.objects.filter(pk__in=[one, other]))
    segment = buyers()
    before = everything(segment)
    assert len(before[6]) == len(before[7]) == 2
    for winner, loser in ((one, other), (other, one)):
        merged = merge_explicitly(winner_id=winner, loser_id=loser, **SAY, now=now())
        assert everything(segment) != before
        undo_merge(merged.merge_id, actor="user:1", now=now())
        assert everything(segment) == before


def test_every_row_of_the_table_names_a_test_that_exists():
    page = Path(settings.BASE_DIR, PAGE).read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for path in Path(settings.BASE_DIR, "tests").rglob("test_*.py")
    )
    assert {name for name in named if f"def {name}(" not in written} == set()
    assert len(named) >= 12
