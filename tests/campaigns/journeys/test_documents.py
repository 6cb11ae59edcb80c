import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.journeys.rules.conditions_text import (
    Unreadable,
    read_conditions,
    write_conditions,
)
from campaigns.journeys.rules.definition import parse_definition
from campaigns.journeys.rules.differences import compare
from campaigns.journeys.rules.documents import (
    CannotEdit,
    arrows,
    change_node,
    copy_nodes,
    find_node,
    insert_node,
    lead,
    move_nodes,
    reachable,
    remove_node,
    targets,
)
from campaigns.journeys.rules.picture import draw, outline
from campaigns.journeys.rules.samples import SAMPLES
from campaigns.journeys.rules.words import blank_node, list_steps

EMPTY = {
    "version": 1,
    "nodes": [
        {"id": "entry", "type": "entry", "triggers": [], "next": "exit"},
        {"id": "exit", "type": "exit"},
    ],
}


def ways(document):
    return {node["id"]: targets(node) for node in document["nodes"]}


def add(document, type_, source, slot="next"):
    return insert_node(document, blank_node(type_), source=source, slot=slot)


def forked():
    """entry → condition: yes → wait → exit, no → exit."""
    return add(add(EMPTY, "condition", "entry"), "wait", "condition", "yes")


def test_a_step_on_an_arrow_leads_where_the_arrow_led():
    document = forked()
    assert ways(document) == {
        "entry": ["condition"], "exit": [], "condition": ["wait", "exit"], "wait": ["exit"],
    }  # fmt: skip
    assert ways(EMPTY) == {"entry": ["exit"], "exit": []}


def test_deleting_a_branching_step_keeps_its_first_way_and_drops_what_nobody_reaches():
    document = add(forked(), "send", "condition", "no")
    assert ways(remove_node(document, "condition")) == {
        "entry": ["wait"], "exit": [], "wait": ["exit"],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["entry", "exit"])
def test_the_entry_and_the_last_exit_stay(name):
    with pytest.raises(CannotEdit):
        remove_node(EMPTY, name)


def test_a_copied_branch_comes_with_all_that_lies_only_behind_it():
    document = copy_nodes(forked(), "condition", source="condition", slot="no")
    assert ways(document)["condition"] == ["wait", "condition_2"]
    assert ways(document)["condition_2"] == ["wait_2", "exit"]
    assert ways(document)["wait_2"] == ["exit"]


def test_a_moved_step_leaves_no_gap():
    document = move_nodes(forked(), "wait", source="condition", slot="no")
    assert ways(document)["condition"] == ["exit", "wait"]
    with pytest.raises(CannotEdit):
        move_nodes(forked(), "condition", source="wait", slot="next")


def test_a_new_branch_leads_where_the_first_one_does():
    document = add(EMPTY, "split", "entry")
    node = find_node(document, "split")
    grown = [*node["branches"], {"name": "C", "percent": 0, "next": "?"}]
    changed = change_node(document, "split", {**node, "branches": grown})
    assert ways(changed)["split"] == ["exit", "exit", "exit"]


@pytest.mark.parametrize(
    ("node", "labels"),
    [
        ({"type": "wait", "next": "x"}, ["next"]),
        ({"type": "send", "no_consent": "x", "next": "x"}, ["no consent", "otherwise"]),
        ({"type": "wait_date", "otherwise": "x", "next": "x"}, ["otherwise", "next"]),
    ],
)
def test_beside_other_ways_the_plain_one_is_for_everybody_else(node, labels):
    assert [label for _, label, _ in arrows(node)] == labels


def test_an_arrow_back_up_is_told_and_not_drawn():
    document = lead(forked(), source="condition", slot="no", target="wait")
    document = lead(document, source="wait", slot="next", target="condition")
    picture = draw(document)
    assert [(a.source, a.target) for a in picture.arrows if a.route is None] == [
        ("wait", "condition")
    ]
    assert [(line.node, line.is_repeat) for line in outline(document)] == [
        ("entry", False), ("condition", False), ("wait", False), ("condition", True),
        ("wait", True),
    ]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_edits_leave_a_whole_journey_that_can_be_drawn(data):
    document = EMPTY
    for _ in range(data.draw(st.integers(1, 12))):
        names = [node["id"] for node in document["nodes"]]
        source, slot = data.draw(
            st.sampled_from([(n["id"], s) for n in document["nodes"] for s, _, _ in arrows(n)])
        )
        name = data.draw(st.sampled_from(names))
        kind = data.draw(st.sampled_from(["add", "add", "add", "remove", "copy", "move", "lead"]))
        try:
            if kind == "add":
                step = data.draw(st.sampled_from(list_steps()))
                document = add(document, step.type, source, slot)
            elif kind == "remove":
                document = remove_node(document, name)
            elif kind == "lead":
                document = lead(document, source=source, slot=slot, target=name)
            else:
                change = copy_nodes if kind == "copy" else move_nodes
                document = change(document, name, source=source, slot=slot)
        except CannotEdit:
            continue
    names = [node["id"] for node in document["nodes"]]
    assert len(set(names)) == len(names)
    assert {target for node in document["nodes"] for target in targets(node)} <= set(names)
    assert set(reachable(document)) == set(names)
    picture = draw(document)
    assert set(picture.boxes) == set(names)
    for node in document["nodes"]:
        drawn = [a.route for a in picture.arrows if a.source == node["id"] and a.route]
        assert [r.label[0] for r in drawn] == sorted(r.label[0] for r in drawn)


def test_conditions_are_read_as_they_are_written():
    text = 'total at least 50\nkind is not "7"\ncolor contains red\nvip exists\nnew is true'
    conditions = read_conditions(text)
    assert conditions == [
        {"property": "total", "is": "at_least", "value": 50},
        {"property": "kind", "is": "not_equals", "value": "7"},
        {"property": "color", "is": "contains", "value": "red"},
        {"property": "vip", "is": "exists"},
        {"property": "new", "is": "equals", "value": True},
    ]
    assert write_conditions(conditions) == text
    for bad in ("total", "total at least"):
        with pytest.raises(Unreadable, match="total at least 50"):
            read_conditions(bad)


@given(
    st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=30)),
    st.sampled_from(["equals", "not_equals", "contains", "at_least"]),
)
def test_every_value_survives_writing_and_reading(value, operator):
    condition = {"property": "kind", "is": operator, "value": value}
    assert read_conditions(write_conditions([condition])) == [condition]


@pytest.mark.parametrize("value", ["more than", "not now", "not", "exists", "a is b"])
@pytest.mark.parametrize("operator", ["equals", "not_equals", "contains"])
def test_words_of_comparison_may_stand_in_a_value(value, operator):
    condition = {"property": "kind", "is": operator, "value": value}
    assert read_conditions(write_conditions([condition])) == [condition]


def test_differences_name_new_gone_and_changed_steps():
    live = add(EMPTY, "wait", "entry")
    node = {**find_node(live, "wait"), "seconds": 60}
    draft = add(change_node(live, "wait", node), "send", "wait")
    assert [(d.node, d.change, d.fields) for d in compare(live, draft)] == [
        ("send", "new", ()),
        ("wait", "changed", (("seconds", "86400", "60"), ("next", "exit", "send"))),
    ]
    assert compare(live, live) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_a_sample_lacks_nothing_but_templates_and_a_segment(sample):
    filled = [
        {**node, "template": "00000000-0000-0000-0000-000000000001"} if node["type"] == "send" else node
        for node in sample.definition["nodes"]
    ]  # fmt: skip
    start = filled[0]
    start = {
        **start,
        "triggers": start["triggers"] or [{"kind": "segment_entered", "segment_id": 1}],
    }
    parse_definition({**sample.definition, "nodes": [start, *filled[1:]]})
