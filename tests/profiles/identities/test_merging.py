"""Merging by hand, undoing it, and what each leaves behind."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid, NotFound
from profiles.facade import set_traits
from profiles.models import Customer, Identity, Merge, Touchpoint
from profiles.touchpoints.services.explicit_merges import (
    merge_explicitly,
    preview_merge,
    undo_merge,
)
from tests.profiles.collecting import Sender, events_of, people


def now() -> datetime:
    return datetime.now(UTC)


SAY = {"reason": "Same person by phone.", "actor": "user:1"}


def person(user: str) -> int:
    return Identity.objects.get(kind="user_id", value=user).customer_id


@pytest.fixture
def pair(sender: Sender) -> tuple[int, int]:
    sender.deliver(
        {"type": "identify", "userId": "u1", "messageId": "1", "timestamp": "2026-01-01T00:00Z",
         "traits": {"email": "one@example.com", "plan": "free", "city": "Linz"}},
        {"type": "identify", "userId": "u2", "messageId": "2", "timestamp": "2026-01-02T00:00Z",
         "traits": {"email": "two@example.com", "plan": "pro"}},
        {"type": "track", "userId": "u2", "event": "Bought", "messageId": "3",
         "timestamp": "2026-01-03T00:00Z"},
    )  # fmt: skip
    return person("u1"), person("u2")


def state():
    """Everything about people that a merge may touch, without the merge's own traces.

    When somebody was last seen is kept to the day only, so it is left out.
    """
    return (
        people(),
        sorted(Customer.objects.values_list("id", "traits", "trait_stamps", "first_seen_at", "time_zone", "merged_into_id"),
               key=lambda row: row[0]),
        sorted(Touchpoint.objects.exclude(type=7).values_list("id", "customer_id", "recorded_for")),
    )  # fmt: skip


def test_a_preview_says_what_would_happen_and_changes_nothing(pair):
    before = state()
    shown = preview_merge(winner_id=pair[0], loser_id=pair[1])
    assert shown.identifiers == [("email", "two@example.com"), ("user_id", "u2")]
    assert shown.touchpoints == 2
    assert shown.changed_traits == [
        ("email", "one@example.com", "two@example.com"), ("plan", "free", "pro"),
    ]  # fmt: skip
    assert len(shown.warnings) == 2
    assert state() == before


def test_everything_of_the_loser_goes_to_the_winner_and_old_ids_find_them(pair, sender):
    merge_explicitly(winner_id=pair[0], loser_id=pair[1], **SAY, now=now())
    assert person("u2") == pair[0]
    assert events_of("user_id", "u1") == ["Identify", "Identify", "Bought", "Profile Merged"]
    winner = Customer.objects.get(id=pair[0])
    assert winner.traits == {"email": "two@example.com", "plan": "pro", "city": "Linz"}
    assert Customer.objects.get(id=pair[1]).merged_into_id == pair[0]
    sender.deliver({"type": "track", "userId": "u2", "event": "Viewed", "messageId": "4"})
    assert Touchpoint.objects.filter(customer_id=pair[1]).count() == 0
    entry = AuditEntry.objects.get(verb="merged")
    assert (entry.actor, entry.object_id) == ("user:1", str(pair[0]))


def test_undoing_restores_both_people_exactly(pair):
    before = state()
    merged = merge_explicitly(winner_id=pair[0], loser_id=pair[1], **SAY, now=now())
    undo_merge(merged.merge_id, actor="user:2", now=now())
    assert state() == before
    assert Merge.objects.get().undone_by == "user:2"


def test_what_came_after_the_merge_goes_to_the_right_side_when_it_is_undone(pair, sender):
    merged = merge_explicitly(winner_id=pair[0], loser_id=pair[1], **SAY,
                              now=now())  # fmt: skip
    sender.deliver(
        {"type": "identify", "userId": "u2", "messageId": "4", "traits": {"plan": "max"}},
        {"type": "track", "userId": "u1", "event": "Viewed", "messageId": "5"},
        {"type": "identify", "userId": "u1", "messageId": "6", "traits": {"city": "Graz"}},
    )
    undo_merge(merged.merge_id, actor="user:2", now=now())
    one, two = Customer.objects.get(id=pair[0]), Customer.objects.get(id=pair[1])
    assert one.traits == {"email": "one@example.com", "plan": "free", "city": "Graz"}
    assert two.traits == {"email": "two@example.com", "plan": "max"}
    assert sorted(events_of("user_id", "u1")) == [
        "Identify", "Identify", "Profile Merged", "Profile Parted", "Viewed",
    ]  # fmt: skip
    assert sorted(events_of("user_id", "u2")) == [
        "Bought", "Identify", "Identify", "Profile Parted",
    ]  # fmt: skip


def test_what_staff_set_after_a_merge_is_no_sign_of_either_side(pair):
    seen = dict(Customer.objects.values_list("id", "last_seen_at"))
    merged = merge_explicitly(winner_id=pair[0], loser_id=pair[1], **SAY, now=now())
    set_traits({pair[0]: {"tier": "gold"}}, now=now())
    undo_merge(merged.merge_id, actor="user:2", now=now())
    assert Customer.objects.get(id=pair[0]).traits["tier"] == "gold"
    assert dict(Customer.objects.values_list("id", "last_seen_at")) == seen


def test_a_merge_is_undone_once_and_from_the_outside_in(pair, sender):
    sender.deliver({"type": "track", "userId": "u3", "event": "Viewed", "messageId": "9"})
    inner = merge_explicitly(winner_id=pair[0], loser_id=pair[1], **SAY, now=now())
    outer = merge_explicitly(winner_id=person("u3"), loser_id=pair[0], **SAY, now=now())
    with pytest.raises(Conflict, match="Undo that merge first"):
        undo_merge(inner.merge_id, actor="user:2", now=now())
    undo_merge(outer.merge_id, actor="user:2", now=now())
    assert person("u2") == pair[0]
    undo_merge(inner.merge_id, actor="user:2", now=now())
    assert person("u2") == pair[1]
    with pytest.raises(NotFound):
        undo_merge(inner.merge_id, actor="user:2", now=now())


@pytest.mark.parametrize(
    ("winner", "loser", "reason"), [(0, 0, "why"), (0, 1, " "), (0, None, "why")]
)
def test_a_merge_without_reason_or_second_person_is_refused(pair, winner, loser, reason):
    before = state()
    with pytest.raises(Invalid):
        merge_explicitly(
            winner_id=pair[winner], loser_id=999_999 if loser is None else pair[loser],
            reason=reason, actor="user:1", now=now(),
        )  # fmt: skip
    assert state() == before


@settings(max_examples=15, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_merging_and_undoing_is_the_identity(sender: Sender, told):
    number = Touchpoint.objects.count() + 1_000 * Merge.objects.count()
    for user in range(3):
        sender.deliver({"type": "track", "userId": f"u{user}", "event": "Viewed",
                        "messageId": f"{number}-base-{user}"})  # fmt: skip
    sender.deliver(*[
        {"type": "identify", "userId": f"u{user}", "messageId": f"{number}-{n}",
         "traits": {f"t{name}": value or None}}
        for n, (user, name, value) in enumerate(told)
    ])  # fmt: skip
    before = state()
    first = merge_explicitly(winner_id=person("u0"), loser_id=person("u1"), **SAY, now=now())
    second = merge_explicitly(winner_id=first.winner_id, loser_id=person("u2"), **SAY, now=now())
    undo_merge(first.merge_id, actor="user:1", now=now())
    undo_merge(second.merge_id, actor="user:1", now=now())
    assert state() == before
