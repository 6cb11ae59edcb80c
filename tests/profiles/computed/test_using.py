"""Computed traits in rules, on profiles and through merges; scores; what fails is set aside."""

from datetime import timedelta

import pytest

from kernel.errors import Conflict, Invalid
from kernel.events.models import Event
from profiles import facade
from profiles.computed import queries
from profiles.computed.models import ComputedDue, ComputedTrait, ComputedValue
from profiles.computed.selectors.reading import ComputedSection, values_for_messages
from profiles.computed.services.defining import (
    DefinitionRefused,
    TraitDraft,
    archive_trait,
    change_trait,
    create_rfm,
    create_trait,
)
from profiles.computed.services.people import ComputedData
from profiles.computed.services.refreshing import (
    compute_requested,
    refresh_due,
    verify_all,
    verify_trait,
)
from profiles.customers.models import Merge
from profiles.identities.services.merging import merge_people
from profiles.segments.queries.names import resolve_names
from profiles.segments.queries.people import load_people
from profiles.segments.rules.tree import parse_rule
from profiles.segments.services import refreshing as segments
from profiles.segments.services.publishing import archive_segment, save_draft
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import changes, live, members, person, read_facts
from tests.profiles.segments.world import add_touch, run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONTH = {"kind": "last", "span": {"amount": 30, "unit": "days"}}


def define(slug="orders", measure="count", *, at_once=True, **parts):
    definition = {"kind": "figure", "event": "Order Completed", "measure": measure, **parts}
    draft = TraitDraft(name=slug.title(), slug=slug, definition=definition)
    return create_trait(draft, at_once=at_once, now=NOW)


def has(field, operator, value, kind="number"):
    wanted = {"values": value} if isinstance(value, list) else {"value": value}
    return {
        "kind": "field",
        "field": f"computed.{field}",
        "test": {"type": kind, "operator": operator, **wanted},
    }


def settle(now=NOW):
    read_facts(now)
    while refresh_due(now=now) or segments.refresh_due(now=now):
        pass


def order(customer, *, at=NOW, **parts):
    return add_touch(customer, event="Order Completed", occurred_at=at, **parts)


def values(trait):
    rows = ComputedValue.objects.filter(trait=trait).order_by("customer_id")
    return {row.customer_id: row.value for row in rows}


def test_a_touchpoint_moves_the_value_and_then_the_segment_that_asks_for_it():
    ada, ben = person("ada"), person("ben")
    settle()
    define(window=MONTH)
    twice = live("Twice", has("orders", "at_least", 2))
    order(ada, at=NOW - DAY)
    order(ben, at=NOW - DAY)
    settle()
    assert members(twice) == []
    order(ada)
    settle()
    assert changes(twice) == [(ada, True, "computed", True)]


def test_time_alone_lowers_the_value_and_lets_the_person_leave():
    ada = person("ada")
    trait = define(window=MONTH)
    once = live("Once", has("orders", "at_least", 1))
    order(ada, at=NOW - 29 * DAY)
    settle()
    assert (values(trait), members(once)) == ({ada: 1}, [ada])
    settle(NOW + DAY)
    assert (values(trait), members(once)) == ({}, [])
    assert not ComputedDue.objects.exists()


def test_a_count_of_nothing_is_zero_in_both_evaluators_and_in_messages():
    ada = person("ada")
    define()
    define("first_item", "first", property="item")
    root = parse_rule({"root": {"rules": [has("orders", "at_most", 0)]}}).root
    assert load_people([ada], root)[ada].fields["computed.orders"] == 0
    assert facade.evaluate_rule({"root": root.model_dump(mode="json")}, [ada], now=NOW) == {ada}
    assert resolve_names(root.mentions()).fields["computed.first_item"].type == "text"
    assert values_for_messages([ada]) == {ada: {"orders": 0}}


@pytest.mark.parametrize(
    ("measure", "name", "test", "wanted"),
    [
        ("sum", "revenue", has("x", "at_least", "30.50"), {"ada"}),
        ("most_frequent", "item", has("x", "is", ["tent"], "text"), {"ada"}),
        ("unique_list", "item", has("x", "all_of", ["mat", "tent"], "list"), {"ada"}),
        ("last", "item", has("x", "is", ["mat"], "text"), {"ben"}),
        ("first", "occurred_at", has("x", "before", "2026-03-12", "date"), {"ada"}),
    ],
)
def test_every_type_of_value_answers_alike_in_sql_and_in_memory(measure, name, test, wanted):
    people = {"ada": person("ada"), "ben": person("ben")}
    order(people["ada"], at=NOW - 5 * DAY, revenue="20.50", properties={"item": "tent"})
    order(people["ada"], at=NOW - 2 * DAY, revenue="5", properties={"item": "mat"})
    order(people["ada"], at=NOW - DAY, revenue="5", properties={"item": "tent"})
    order(people["ben"], at=NOW - DAY, revenue="30", properties={"item": "mat"})
    define("x", measure, property=name)
    root = parse_rule({"root": {"rules": [test]}}).root
    ids = {people[one] for one in wanted}
    loaded = load_people(list(people.values()), root)
    assert {pk for pk, one in loaded.items() if root.holds(one, NOW).holds} == ids
    rule = {"root": root.model_dump(mode="json")}
    assert facade.evaluate_rule(rule, list(people.values()), now=NOW) == ids
    assert members(live("All", test)) == sorted(ids)


def test_imported_history_changes_values_without_starting_journeys():
    ada = person("ada")
    define()
    once = live("Once", has("orders", "at_least", 1))
    settle()
    number = order(ada)
    run(
        "UPDATE profiles_touchpoint SET starts_journeys = false WHERE id = %(id)s::bigint",
        id=number,
    )
    settle()
    assert changes(once) == [(ada, True, "computed", False)]


def test_merged_people_share_their_facts_and_the_loser_has_no_value():
    ada, ben = person("ada"), person("ben")
    order(ada)
    order(ben)
    trait = define()
    settle()
    merge_people([(ada, ben)], kind=Merge.Kind.EXPLICIT, reason="same", now=NOW, actor="t")
    settle()
    assert values(trait) == {ada: 2}


def test_erasing_drops_values_and_export_shows_them():
    ada = person("ada")
    order(ada)
    trait = define()
    assert ComputedData().export_customer(ada) == {"computed_traits": {"orders": 1}}
    assert [fact.value for fact in ComputedSection().facts(ada, now=NOW)] == ["1"]
    ComputedData().erase_customers([ada], now=NOW)
    trait.refresh_from_db()
    assert (values(trait), trait.value_count) == ({}, 0)


def test_scores_are_quintiles_and_equal_people_get_equal_scores():
    people = [person(f"p{number}") for number in range(11)]
    for number, one in enumerate(people):
        for _ in range(1 if number < 6 else number):
            order(one, at=NOW - (20 - number) * DAY, revenue=str(number))
    made = create_rfm("Order Completed", now=NOW)
    assert [trait.slug for trait in made] == ["rfm_recency", "rfm_frequency", "rfm_monetary", "rfm"]
    recency, frequency, _, score = (values(trait) for trait in made)
    assert [recency[one] for one in people] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert [frequency[one] for one in people] == [1] * 6 + [4, 4, 5, 5, 5]
    assert score[people[10]] == "555"
    assert create_rfm("Order Completed", now=NOW) == []


def test_a_trait_in_use_is_neither_archived_nor_given_another_type():
    trait = define()
    once = live("Once", has("orders", "at_least", 1))
    with pytest.raises(Conflict, match="“Once”"):
        archive_trait(trait.pk, now=NOW)
    other = TraitDraft(
        name="Orders",
        slug="orders",
        definition={"kind": "figure", "event": "X", "measure": "last", "property": "item"},
    )
    with pytest.raises(Conflict, match="Once"):
        change_trait(trait.pk, other, now=NOW)
    archive_segment(once.id, now=NOW)
    archive_trait(trait.pk, now=NOW)
    with pytest.raises(Invalid, match=r"no field “computed.orders”"):
        save_draft(once.id, rule={"root": {"rules": [has("orders", "at_least", 1)]}})


def test_a_request_that_fails_is_set_aside_and_the_next_one_goes_on():
    order(person("ada"))
    broken, other = define("broken", at_once=False), define("other", at_once=False)
    ComputedTrait.objects.filter(pk=broken.pk).update(definition={"kind": "gone"})
    assert [compute_requested(now=NOW) for _ in range(3)] == [1, 1, 0]
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.computation, other.computation, other.value_count) == (
        "set_aside",
        "computed",
        1,
    )
    assert Event.objects.get(type="profiles.computed_failed").payload["trait_id"] == broken.pk


def test_a_wrong_definition_names_every_place():
    with pytest.raises(DefinitionRefused) as refused:
        define(measure="sum", window={"kind": "last", "span": {"amount": 0, "unit": "days"}})
    assert [path for path, _ in refused.value.errors] == ["window.span.amount"]
    with pytest.raises(DefinitionRefused, match="Name the property"):
        define(measure="sum")
    with pytest.raises(Invalid, match="slug"):
        define("Bad slug")


def test_one_failing_trait_is_parked_and_the_others_go_on():
    ada = person("ada")
    wrong, right = define("wrong"), define("right")
    ComputedTrait.objects.filter(pk=wrong.pk).update(
        definition={"kind": "figure", "event": "Order Completed", "measure": "nonsense"}
    )
    order(ada)
    settle()
    wrong.refresh_from_db()
    assert wrong.parked_at == NOW
    assert values(right) == {ada: 1}
    [failed] = Event.objects.filter(type="profiles.computed_failed")
    assert failed.payload["trait_id"] == wrong.pk
    ComputedTrait.objects.filter(pk=wrong.pk).update(definition=right.definition)
    verify_all(now=NOW)
    wrong.refresh_from_db()
    assert (wrong.parked_at, values(wrong)) == (None, {ada: 1})


def test_the_proof_repairs_and_reports_a_wrong_value():
    ada = person("ada")
    order(ada)
    trait = define()
    ComputedValue.objects.filter(trait=trait).update(value=7)
    assert verify_trait(trait.pk, now=NOW).differences == 1
    assert values(trait) == {ada: 1}
    assert Event.objects.filter(type="profiles.computed_drifted").count() == 1
    assert queries.read_values([ada]) == {ada: {"orders": 1}}
