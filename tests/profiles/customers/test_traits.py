"""Which value of a trait is kept, what was said before, and how people were at an instant."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.audit.models import AuditEntry
from kernel.errors import Invalid
from profiles.customers.trait_queries import list_past_traits
from profiles.customers.trait_services import choose_policy
from profiles.models import Customer, Identity, TraitEntry, TraitPolicy
from profiles.touchpoints.services.explicit_merges import merge_explicitly, undo_merge
from tests.profiles.collecting import Sender

SAY = {"reason": "Same person by phone.", "actor": "user:1"}


def now() -> datetime:
    return datetime.now(UTC)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def person(user: str) -> int:
    return Identity.objects.get(kind="user_id", value=user).customer_id


def said(user: str, number: int, message: str, **traits):
    return {"type": "identify", "userId": user, "messageId": message, "traits": traits,
            "timestamp": day(number).isoformat()}  # fmt: skip


def past(customer_id: int, at: datetime, *, as_known: bool = False):
    return {row.name: row.value for row in list_past_traits(customer_id, at=at, as_known=as_known)}


@pytest.mark.parametrize(
    ("rule", "kept"),
    [("newest", 5), ("oldest", 7), ("largest", 9), ("smallest", 2)],
)
def test_the_policy_decides_whatever_the_order_of_arrival(sender, rule, kept):
    choose_policy("n", rule=rule, actor="user:1", now=now())
    values = {1: 7, 2: 9, 3: 2, 4: 5}
    sender.deliver(*[said("once", d, f"o{d}", n=v) for d, v in values.items()])
    for d in (3, 1, 4, 2):
        sender.deliver(said("bits", d, f"b{d}", n=values[d]))
    found = {Customer.objects.get(id=person(user)).traits["n"] for user in ("once", "bits")}
    assert found == {kept}


def test_a_joined_list_holds_everything_whatever_the_order_of_arrival(sender):
    choose_policy("n", rule="union", actor="user:1", now=now())
    values = {1: ["b", "a"], 2: "c", 3: ["a", {"x": 1}], 4: None, 5: ["a"]}
    sender.deliver(*[said("once", d, f"o{d}", n=v) for d, v in values.items()])
    for d in (3, 1, 5, 4, 2):
        sender.deliver(said("bits", d, f"b{d}", n=values[d]))
    people = [Customer.objects.get(id=person(user)) for user in ("once", "bits")]
    assert [one.traits["n"] for one in people] == [["a", "b", "c", {"x": 1}]] * 2
    assert people[0].trait_stamps == people[1].trait_stamps
    past_of_both = [[past(one.id, day(d)).get("n") for d in (1, 2, 3)] for one in people]
    assert past_of_both == [[["a", "b"], ["a", "b", "c"], ["a", "b", "c", {"x": 1}]]] * 2


def test_a_joined_list_grows_its_history_only_by_what_is_new(sender):
    choose_policy("n", rule="union", actor="user:1", now=now())
    for number, value in enumerate((["a"], ["a", "b"], ["a"], "b", ["c"]), start=1):
        sender.deliver(said("u", number, str(number), n=value))
    told = TraitEntry.objects.order_by("id").values_list("traits", flat=True)
    assert list(told) == [{"n": ["a"]}, {"n": ["a", "b"]}, {"n": ["c"]}]


def test_undoing_a_merge_gives_each_side_its_own_list_again(sender):
    choose_policy("n", rule="union", actor="user:1", now=now())
    sender.deliver(said("a", 1, "1", n=["x"]), said("b", 2, "2", n=["y"]))
    a, b = person("a"), person("b")
    before = list(Customer.objects.order_by("id").values_list("traits", "trait_stamps"))
    merged = merge_explicitly(winner_id=a, loser_id=b, **SAY, now=now())
    assert Customer.objects.get(id=a).traits == {"n": ["x", "y"]}
    undo_merge(merged.merge_id, actor="user:1", now=now())
    assert list(Customer.objects.order_by("id").values_list("traits", "trait_stamps")) == before
    again = merge_explicitly(winner_id=a, loser_id=b, **SAY, now=now())
    sender.deliver(said("b", 3, "3", n=["x", "z"]), said("a", 4, "4", n=["y"]))
    assert Customer.objects.get(id=a).traits == {"n": ["x", "y", "z"]}
    undo_merge(again.merge_id, actor="user:1", now=now())
    lists = [Customer.objects.get(id=one).traits["n"] for one in (a, b)]
    assert lists == [["x", "y"], ["x", "y", "z"]]
    for one in (a, b):
        assert past(one, now(), as_known=True) == Customer.objects.get(id=one).traits


def test_a_joined_list_begins_with_what_the_policy_before_held(sender):
    sender.deliver(said("u", 1, "1", n=["a"]), said("u", 2, "2", n=["b"]))
    choose_policy("n", rule="union", actor="user:1", now=now())
    sender.deliver(said("u", 3, "3", n=["c"]))
    one = Customer.objects.get()
    assert (one.traits, past(one.id, now(), as_known=True)) == ({"n": ["b", "c"]},) * 2


def test_only_the_newest_policy_knows_removals(sender):
    choose_policy("first", rule="oldest", actor="user:1", now=now())
    sender.deliver(said("u", 1, "1", first=1, last=1), said("u", 2, "2", first=None, last=None))
    assert Customer.objects.get().traits == {"first": 1}


def test_a_policy_is_audited_and_refused_when_unknown(db):
    choose_policy("n", rule="largest", actor="user:1", now=now())
    choose_policy("n", rule="oldest", actor="user:1", now=now())
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.before, entry.after) == ({"policy": "largest"}, {"policy": "oldest"})
    for name, rule in (("n", "best"), (" ", "newest"), ("x" * 201, "newest")):
        with pytest.raises(Invalid):
            choose_policy(name, rule=rule, actor="user:1", now=now())
    assert TraitPolicy.objects.get().rule == "oldest"


def test_the_history_keeps_what_was_news_and_nothing_twice(sender):
    sender.deliver(said("u", 1, "1", plan="free", city="Linz"))
    sender.deliver(said("u", 3, "3", plan="pro", city="Linz"))
    sender.deliver(said("u", 4, "4", plan="pro", city="Linz"))
    sender.deliver(said("u", 2, "2", plan="trial"))
    rows = TraitEntry.objects.order_by("id").values_list("traits", "prevailed", "at")
    assert list(rows) == [
        ({"plan": "free", "city": "Linz"}, True, day(1)),
        ({"plan": "pro"}, True, day(3)),
        ({"plan": "trial"}, False, day(2)),
    ]


def test_a_late_value_does_not_hide_what_was_said_again_after_it(sender):
    sender.deliver(said("u", 1, "1", plan="free"), said("u", 4, "4", plan="free"))
    assert TraitEntry.objects.count() == 1
    sender.deliver(said("u", 2, "2", plan="pro"))
    sender.deliver(said("u", 3, "3", plan="max"))
    told = [(row.traits["plan"], row.at) for row in TraitEntry.objects.order_by("at")]
    assert told == [("free", day(1)), ("pro", day(2)), ("max", day(3)), ("free", day(4))]
    one = person("u")
    assert [past(one, day(n))["plan"] for n in (1, 2, 3, 4)] == ["free", "pro", "max", "free"]


def test_the_past_is_told_by_what_is_known_today_or_was_known_then(sender):
    sender.deliver(said("u", 1, "1", plan="free", city="Linz"), said("u", 3, "3", plan="pro"))
    before_late = now()
    sender.deliver(said("u", 2, "2", plan="trial"), said("u", 4, "4", city=None))
    one = person("u")
    assert [past(one, day(n)) for n in (1, 2, 3, 4)] == [
        {"plan": "free", "city": "Linz"}, {"plan": "trial", "city": "Linz"},
        {"plan": "pro", "city": "Linz"}, {"plan": "pro"},
    ]  # fmt: skip
    assert past(one, day(1) - timedelta(seconds=1)) == {}
    assert past(one, before_late, as_known=True) == {"plan": "pro", "city": "Linz"}
    assert past(one, now(), as_known=True) == Customer.objects.get().traits
    assert past(one, day(4), as_known=True) == {}


def test_a_merge_joins_the_histories_and_undoing_it_parts_them(sender):
    sender.deliver(said("a", 1, "1", plan="free"), said("b", 2, "2", plan="pro", city="Graz"))
    a, b = person("a"), person("b")
    merged = merge_explicitly(winner_id=a, loser_id=b, **SAY, now=now())
    between = now()
    sender.deliver(said("b", 4, "4", plan="max"), said("a", 3, "3", city="Wien"))
    assert past(a, day(1)) == {"plan": "free"}
    assert past(a, day(2)) == {"plan": "pro", "city": "Graz"}
    undo_merge(merged.merge_id, actor="user:1", now=now())
    assert (past(a, day(4)), past(b, day(4))) == (
        {"plan": "free", "city": "Wien"}, {"plan": "max", "city": "Graz"},
    )  # fmt: skip
    assert past(a, between, as_known=True) == {"plan": "pro", "city": "Graz"}
    for one in (a, b):
        assert past(one, now(), as_known=True) == Customer.objects.get(id=one).traits


@settings(max_examples=20, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@example(told=[(1, 0, 1), (1, 0, 2)], cut=1, rule="newest")
@example(told=[(2, 0, 1), (1, 0, 1), (3, 0, 2), (3, 0, 1)], cut=2, rule="union")
@example(told=[(1, 0, 1), (1, 0, 2)], cut=0, rule="union")
@example(told=[(1, 0, 1), (1, 0, 2)], cut=1, rule="union")
@example(told=[(2, 1, 1), (1, 1, 0), (2, 1, 0)], cut=1, rule="newest")
@example(told=[(2, 1, 1), (1, 1, 2), (3, 1, 2)], cut=1, rule="newest")
@example(told=[(1, 1, 1), (4, 1, 1), (3, 1, 2)], cut=2, rule="newest")
@example(told=[*[(1, 0, 0)] * 3, (2, 1, 1), (1, 1, 0), (2, 1, 0)], cut=4, rule="newest")
@given(
    told=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2), st.integers(0, 3)), max_size=9),
    cut=st.integers(0, 9), rule=st.sampled_from(TraitPolicy.Rule.values),
)  # fmt: skip
def test_replaying_the_history_equals_what_the_profile_holds(sender: Sender, told, cut, rule):
    number = TraitEntry.objects.count() + 1_000 * Customer.objects.count()
    user = f"u{number}"
    choose_policy("t0", rule=rule, actor="user:1", now=now())
    sender.deliver({"type": "track", "userId": user, "event": "E", "messageId": f"{number}"})
    messages = [
        said(user, d, f"{number}-{n}", **{f"t{name}": value or None})
        for n, (d, name, value) in enumerate(told)
    ]
    for batch in (messages[:cut], messages[cut:]):
        if batch:
            sender.deliver(*batch)
    one = Customer.objects.get(id=person(user))
    assert past(one.id, now(), as_known=True) == one.traits
    assert past(one.id, now()) == one.traits


def test_the_history_cannot_be_rewritten(sender):
    sender.deliver(said("u", 1, "1", plan="free"))
    with pytest.raises(DatabaseError, match="history of traits"), transaction.atomic():
        TraitEntry.objects.update(traits={})
