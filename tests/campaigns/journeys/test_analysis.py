"""The static analysis: a sound journey of any shape is clean, and every planted fault is found."""

from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest

from campaigns.journeys.rules.analysis import Known, find_faults
from campaigns.journeys.rules.definition import parse_definition
from campaigns.journeys.rules.documents import arrows, insert_node
from campaigns.journeys.rules.feedback import Neighbor, neighbor_of
from campaigns.journeys.rules.words import blank_node
from campaigns.journeys.selectors import find_known
from campaigns.journeys.services.publish import create_journey
from tests.campaigns.builders import NOW, entry, key, publish

GRAPHS = 200
TEMPLATE = "00000000-0000-0000-0000-000000000001"
KNOWN = Known(templates={TEMPLATE: "Hello"}, segments={1: "Buyers"})
FILLED = {
    "wait": {},
    "split": {},
    "throttle": {},
    "wait_days": {},
    "send": {"template": TEMPLATE},
    "emit": {"event": "Reached"},
    "condition": {"happened_since_entry": {"event": "Paid", "match": [], "at_least": 1}},
    "hold": {"branches": [{"name": "paid", "event": "Paid", "match": [], "next": "?"}]},
}


def grow(rng):
    """A sound journey of 2 to 25 steps; each lies on a way of another."""
    document = {
        "version": 1, "holdout_percent": 10,
        "nodes": [
            {"id": "entry", "type": "entry", "next": "exit",
             "triggers": [{"kind": "segment_entered", "segment_id": 1}]},
            {"id": "exit", "type": "exit"},
        ],
    }  # fmt: skip
    for _ in range(rng.randrange(24)):
        kind = rng.choice(list(FILLED))
        places = [(node["id"], slot) for node in document["nodes"] for slot, _, _ in arrows(node)]
        source, slot = rng.choice(places)
        node = {**blank_node(kind), **deepcopy(FILLED[kind])}
        document = insert_node(document, node, source=source, slot=slot)
    return document


def put_in(document, rng, kind, **fields):
    """Put one more step somewhere; returns its id and the document."""
    before = {node["id"] for node in document["nodes"]}
    places = [(node["id"], slot) for node in document["nodes"] for slot, _, _ in arrows(node)]
    source, slot = rng.choice(places)
    node = {**blank_node(kind), **deepcopy(FILLED.get(kind, {})), **fields}
    grown = insert_node(document, node, source=source, slot=slot)
    return next(n["id"] for n in grown["nodes"] if n["id"] not in before), grown


def led(document, name, slot, target):
    """The document with one way led elsewhere, as a file may have it."""
    nodes = [{**node, slot: target} if node["id"] == name else node for node in document["nodes"]]
    return {**document, "nodes": nodes}


def leads_nowhere(document, rng):
    name, grown = put_in(document, rng, "wait")
    return name, led(grown, name, "next", "gone")


def circles(document, rng):
    name, grown = put_in(document, rng, "condition")
    return name, led(grown, name, "yes", name)


def is_reached_by_nobody(document, rng):
    lost = {"id": "lost", "type": "wait", "seconds": 60, "next": "exit"}
    return "lost", {**document, "nodes": [*document["nodes"], lost]}


def has_no_template(document, rng):
    return put_in(document, rng, "send", template="00000000-0000-0000-0000-000000000009")


def waits_backward(document, rng):
    return put_in(document, rng, "wait", seconds=-60)


def adds_up_to_ninety(document, rng):
    halves = [{"name": "A", "percent": 50, "next": "?"}, {"name": "B", "percent": 40, "next": "?"}]
    return put_in(document, rng, "split", branches=halves)


def has_ways_of_one_name(document, rng):
    halves = [{"name": "A", "percent": 50, "next": "?"}, {"name": "A", "percent": 50, "next": "?"}]
    return put_in(document, rng, "split", branches=halves)


def awaits_nothing(document, rng):
    branches = [{"name": "paid", "event": "", "match": [], "next": "?"}]
    return put_in(document, rng, "hold", branches=branches)


def records_nothing(document, rng):
    return put_in(document, rng, "emit", event="")


def lets_in_by_a_lost_segment(document, rng):
    grown = deepcopy(document)
    grown["nodes"][0]["triggers"] = [{"kind": "segment_entered", "segment_id": 7}]
    return "entry", grown


def test_a_sound_journey_has_no_fault_and_can_be_published():
    for seed in range(GRAPHS):
        document = grow(Random(seed))
        assert [fault for fault in find_faults(document, KNOWN) if not fault.is_hint] == [], seed
        parse_definition(document)


@pytest.mark.parametrize(
    "plant",
    [leads_nowhere, circles, is_reached_by_nobody, has_no_template, waits_backward, adds_up_to_ninety,
     has_ways_of_one_name, awaits_nothing, records_nothing, lets_in_by_a_lost_segment],
)  # fmt: skip
def test_a_planted_fault_is_found_at_its_step_in_every_journey(plant):
    for seed in range(GRAPHS):
        rng = Random(seed)
        name, document = plant(grow(rng), rng)
        found = {fault.node for fault in find_faults(document, KNOWN) if not fault.is_hint}
        assert name in found, seed


def test_two_steps_of_one_id_are_told():
    document = grow(Random(1))
    twice = {**document, "nodes": [*document["nodes"], {"id": "exit", "type": "exit"}]}
    told = [fault.message for fault in find_faults(twice, KNOWN)]
    assert "Two steps have the same id. Give each its own in the file." in told


def test_an_event_that_starts_its_own_journey_is_a_hint():
    entry = {"id": "entry", "type": "entry", "next": "emit",
             "triggers": [{"kind": "touchpoint", "event": "Reached", "match": []}]}  # fmt: skip
    emit = {"id": "emit", "type": "emit", "event": "Reached", "next": "exit"}
    document = {"version": 1, "nodes": [entry, emit, {"id": "exit", "type": "exit"}]}
    hints = [fault.message for fault in find_faults(document, KNOWN) if fault.node == "emit"]
    assert hints == ["This event also starts this journey: who comes here may enter it again."]


def hears_and_says(name, hears, says, *, reentry="after_exit"):
    nodes = [
        {"id": "entry", "type": "entry", "next": "emit", "reentry": reentry,
         "triggers": [{"kind": "touchpoint", "event": hears, "match": []}]},
        {"id": "emit", "type": "emit", "event": says, "next": "exit"},
        {"id": "exit", "type": "exit"},
    ]  # fmt: skip
    return neighbor_of(name, {"nodes": nodes}), {"version": 1, "nodes": nodes}


@pytest.mark.parametrize(
    ("last", "way"),
    [
        (("Thank", "Asked", "Reached"), "“Ask”, then “Thank”"),
        (("Thank", "Asked", "Elsewhere"), None),
        (("Once", "Asked", "Reached"), None),
    ],
)
def test_an_event_that_comes_back_through_other_journeys_is_a_hint(last, way):
    reentry = "never" if last[0] == "Once" else "after_exit"
    neighbors = [
        hears_and_says(*last, reentry=reentry)[0],
        hears_and_says("Ask", "Left", "Asked")[0],
        hears_and_says("Deaf", "Never said", "Reached")[0],
    ]
    document = hears_and_says("", "Reached", "Left")[1]
    found = find_faults(document, replace(KNOWN, neighbors=neighbors))
    hints = [fault.message for fault in found if fault.node == "emit"]
    told = f"This event starts {way}, which starts this journey again: people may go round. "
    assert [hint.removeprefix(told) for hint in hints] == (
        ["A least time between two entries, or a most of entries, ends that."] if way else []
    )


@pytest.mark.django_db
def test_the_neighbors_of_a_journey_are_the_other_live_ones_that_record_an_event():
    start, out = {"kind": "touchpoint", "event": "Left"}, {"id": "out", "type": "exit"}
    says = {"id": "e", "type": "emit", "event": "Asked", "next": "out"}
    own = publish(entry(start, next_="e"), says, out, name="Own")
    publish(entry(start, next_="e", reentry="after_exit"), says, out, name="Ask")
    publish(entry(start, next_="out"), out, name="Silent")
    create_journey("Draft", key=key(1), actor="user:1", now=NOW)
    known = find_known(besides=own.pk)
    assert known.neighbors == [
        Neighbor(name="Ask", starts_by=frozenset({"Left"}), records=frozenset({"Asked"}))
    ]
    assert find_known().neighbors == ()
