"""Whom an event belongs to: examples of each rule, and properties that no example would replace."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.identities.rules import (
    LIMITS,
    Link,
    Person,
    Resolver,
    by_priority,
    is_blocked,
    unsettled_people,
)

U1, U2 = ("user_id", "u1"), ("user_id", "u2")
A1, A2 = ("anonymous_id", "a1"), ("anonymous_id", "a2")
E1, E2 = ("email", "one@example.com"), ("email", "two@example.com")


def known(*people: tuple[int, set], linked: dict | None = None):
    """Return a resolver that knows the given people by their identifiers."""
    links, stored = {}, {}
    for person_id, refs in people:
        stored[person_id] = Person(person_id)
        for ref in refs:
            stored[person_id].add(ref)
            links[ref] = Link(person_id, (linked or {}).get(ref))
    return Resolver(links, stored)


def groups(resolver: Resolver) -> set[frozenset]:
    """Return who is who: the identifiers of each person."""
    found: dict[int, set] = {}
    for ref, owner in resolver.owners.items():
        found.setdefault(resolver.current(owner), set()).add(ref)
    return {frozenset(refs) for refs in found.values()}


@pytest.mark.parametrize(
    "value", ["", "0", "0000-0000", "-1", "null", "NULL", "undefined", "[object Object]", "NaN"]
)
def test_values_that_name_nobody_are_blocked(value):
    assert is_blocked(value)


@pytest.mark.parametrize("value", ["1", "00x", "nobody", "10", "a0"])
def test_values_that_name_somebody_are_not_blocked(value):
    assert not is_blocked(value)


def test_identifiers_weigh_by_kind_and_come_once():
    own = ("crm_id", "7")
    assert by_priority([A1, own, E1, U1, A1]) == (U1, E1, own, A1)


def test_a_stranger_becomes_a_person_with_all_identifiers():
    resolver = known()
    assert resolver.resolve((U1, E1, A1), at=1) == -1
    assert groups(resolver) == {frozenset({U1, E1, A1})}
    assert set(resolver.new_links()) == {U1, E1, A1}


def test_an_anonymous_visitor_who_logs_in_for_the_first_time_keeps_their_history():
    resolver = known((7, {A1}))
    assert resolver.resolve((U1, A1), at=1) == 7
    assert resolver.new_links() == {U1: 7}
    assert resolver.merges == []


def test_an_anonymous_visitor_who_logs_in_again_is_merged_into_the_person():
    resolver = known((3, {A1}), (9, {U1}))
    assert resolver.resolve((U1, A1), at=1) == 9
    assert resolver.merges == [(9, 3)]


def test_two_people_with_user_ids_are_never_merged_and_the_device_moves_on():
    resolver = known((1, {U1, A1}), (2, {U2}), linked={A1: 100})
    assert resolver.resolve((U2, A1), at=200) == 2
    assert resolver.merges == []
    assert groups(resolver) == {frozenset({U1}), frozenset({U2, A1})}
    assert resolver.relinked == {A1: 200}


def test_a_late_event_does_not_take_the_device_back():
    resolver = known((1, {U1}), (2, {U2, A1}), linked={A1: 200})
    assert resolver.resolve((U1, A1), at=100) == 1
    assert groups(resolver) == {frozenset({U1}), frozenset({U2, A1})}
    assert [d.reason for d in resolver.demotions] == ["device_moved_on"]


def test_an_address_stays_with_the_first_person_who_had_it():
    resolver = known((1, {U1, E1}))
    assert resolver.resolve((U2, E1), at=1) == -1
    assert groups(resolver) == {frozenset({U1, E1}), frozenset({U2})}
    assert [(d.ref, d.reason) for d in resolver.demotions] == [(E1, "belongs_to_another")]


def test_somebody_known_by_address_becomes_the_person_with_the_user_id():
    resolver = known((4, {E1}))
    assert resolver.resolve((U1, E1), at=1) == 4
    assert groups(resolver) == {frozenset({U1, E1})}


def test_a_device_does_not_join_people_with_different_addresses():
    resolver = known((1, {E1, A1}), (2, {U2, E2}))
    assert resolver.resolve((U2, A1), at=1) == 2
    assert resolver.merges == []
    assert groups(resolver) == {frozenset({E1, A1}), frozenset({U2, E2})}


def test_one_identifier_too_many_is_dropped_and_the_event_kept():
    addresses = {("email", f"{n}@example.com") for n in range(LIMITS["email"])}
    resolver = known((1, {U1, *addresses}))
    assert resolver.resolve((U1, E1), at=1) == 1
    assert E1 not in resolver.owners
    assert [d.reason for d in resolver.demotions] == ["limit_reached"]


def test_a_merge_that_would_break_a_limit_does_not_happen():
    devices = [("anonymous_id", f"d{n}") for n in range(LIMITS["anonymous_id"])]
    resolver = known((1, {U1, *devices}), (2, {A1}))
    assert resolver.resolve((U1, A1), at=1) == 1
    assert resolver.merges == []


def test_merges_of_one_batch_follow_each_other():
    resolver = known((1, {A1}), (2, {A2}), (3, {U1}))
    assert resolver.resolve((A1, A2), at=1) == 1
    assert resolver.resolve((U1, A2), at=2) == 3
    assert resolver.merges == [(1, 2), (3, 1)]
    assert {resolver.current(person) for person in (1, 2, 3)} == {3}


def test_only_people_of_unsettled_events_are_needed_in_full():
    links = {U1: Link(1), A1: Link(1), U2: Link(2)}
    assert unsettled_people(links, [(U1, A1), (U2,)]) == set()
    assert unsettled_people(links, [(U1, A1), (U2, A2)]) == {2}
    assert unsettled_people(links, [(U2, A1)]) == {1, 2}


REFS = [*(("user_id", f"u{n}") for n in range(3)), *(("anonymous_id", f"a{n}") for n in range(4)),
        *(("email", f"{n}@example.com") for n in range(3))]  # fmt: skip
events = st.lists(
    st.lists(st.sampled_from(REFS), min_size=1, max_size=3).filter(
        lambda refs: sum(kind == "user_id" for kind, _ in set(refs)) <= 1
    ),
    max_size=20,
)


@given(events)
def test_nobody_ever_has_two_user_ids(stream):
    resolver = known()
    for at, refs in enumerate(stream):
        resolver.resolve(by_priority(refs), at=at)
    for refs in groups(resolver):
        assert sum(kind == "user_id" for kind, _ in refs) <= 1


@given(events, st.integers(0, 20))
def test_batches_and_repetition_do_not_change_who_is_who(stream, cut):
    whole, first = known(), known()
    for at, refs in enumerate(stream):
        whole.resolve(by_priority(refs), at=at)
    for at, refs in enumerate(stream[:cut]):
        first.resolve(by_priority(refs), at=at)
        first.resolve(by_priority(refs), at=at)
    second = stored_again(first)
    for at, refs in enumerate(stream[cut:], start=cut):
        second.resolve(by_priority(refs), at=at)
    assert groups(second) == groups(whole)


def stored_again(resolver: Resolver) -> Resolver:
    """Return a resolver of the next batch, as if all had been stored in between."""
    people: dict[int, Person] = {}
    links = {}
    for ref, owner in resolver.owners.items():
        person_id = abs(resolver.current(owner))
        people.setdefault(person_id, Person(person_id)).add(ref)
        links[ref] = Link(person_id, resolver.relinked.get(ref))
    return Resolver(links, people)


households = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["u", "a", "ua", "uae", "ae"])), max_size=30
)


@given(households, st.randoms(use_true_random=False))
def test_without_contradiction_the_order_does_not_matter(stream, rng: random.Random):
    """Everybody uses their own ids: whatever arrives first, the same people come out."""
    batch = [
        by_priority(
            {
                "u": ("user_id", f"u{n}"),
                "a": ("anonymous_id", f"a{n}"),
                "e": ("email", f"{n}@x.at"),
            }[k]
            for k in kinds
        )
        for n, kinds in stream
    ]
    shuffled = list(batch)
    rng.shuffle(shuffled)
    found = []
    for order in (batch, shuffled):
        resolver = known()
        for at, refs in enumerate(order):
            resolver.resolve(refs, at=at)
        found.append(groups(resolver))
    assert found[0] == found[1]
