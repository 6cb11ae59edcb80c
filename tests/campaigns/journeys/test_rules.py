import pytest
from django.db import connection

from campaigns.journeys.nodes.matching import Match, json_path
from campaigns.journeys.rules.definition import Problem, find_circle, parse_definition
from tests.campaigns.builders import entry

START = {"kind": "touchpoint", "event": "Signed Up"}
OUT = {"id": "out", "type": "exit"}


def wait(name, next_, seconds=60):
    return {"id": name, "type": "wait", "seconds": seconds, "next": next_}


@pytest.mark.parametrize(
    ("nodes", "path", "message"),
    [
        pytest.param([OUT, wait("w", "out")], "definition", "exactly one entry", id="no entry"),
        pytest.param([entry(START, next_="gone"), OUT], "definition", "“entry” leads by “next” to “gone”", id="lost target"),
        pytest.param([entry(START, next_="out"), OUT, wait("w", "out")], "definition", "nobody can reach “w”", id="unreachable"),
        pytest.param([entry(START, next_="out"), OUT, OUT], "definition", "two nodes have the id “out”", id="twice"),
        pytest.param(
            [entry(START, next_="a"), wait("a", "b", 0), wait("b", "a", 0)], "definition", "circle", id="circle without wait"
        ),
        pytest.param([entry(START, next_="out"), {"id": "out", "type": "leave"}], "definition.nodes.1", "leave", id="unknown type"),
        pytest.param([entry(START, next_="w"), wait("w", "out", -1), OUT], "definition.nodes.1.wait.seconds", "greater", id="negative wait"),
        pytest.param([entry(START, next_="out", color=1), OUT], "definition.nodes.0.entry.color", "Extra", id="unknown field"),
        pytest.param(
            [entry(START, next_="s"), {"id": "s", "type": "split", "branches": [
                {"name": "a", "percent": 50, "next": "out"}, {"name": "b", "percent": 49, "next": "out"}]}, OUT],
            "definition.nodes.1.split", "99 percent together", id="split not whole",
        ),
        pytest.param(
            [entry(START, next_="c"), {"id": "c", "type": "condition", "yes": "out", "no": "out"}, OUT],
            "definition.nodes.1.condition", "give one of rule, happened_since_entry and context", id="condition without question",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_definition_is_told_with_its_path(nodes, path, message):
    with pytest.raises(Problem) as told:
        parse_definition({"nodes": nodes})
    assert told.value.path == path
    assert message in str(told.value)


def test_a_circle_with_a_wait_is_allowed():
    nodes = [entry(START, next_="a"), wait("a", "b", 60), wait("b", "a", 0)]
    assert [node.id for node in parse_definition({"nodes": nodes}).numbered()] == [
        "entry",
        "a",
        "b",
    ]


def test_a_circle_is_found_wherever_it_lies():
    assert find_circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) is None
    assert find_circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == "b"
    assert find_circle({"a": ["a"]}) == "a"


@pytest.mark.parametrize(
    ("match", "properties", "expected"),
    [
        ({"property": "total", "is": "at_least", "value": 5}, '{"total": 5}', True),
        ({"property": "total", "is": "more_than", "value": 5}, '{"total": 5}', False),
        ({"property": "total", "is": "at_least", "value": 5}, '{"total": "9"}', False),
        (
            {"property": "shop.city", "is": "equals", "value": "Ulm"},
            '{"shop": {"city": "Ulm"}}',
            True,
        ),
        ({"property": "a b", "is": "exists"}, '{"a b": null}', True),
        ({"property": "a", "is": "exists"}, '{"b": 1}', False),
        ({"property": "name", "is": "contains", "value": "A.B"}, '{"name": "xa.bx"}', True),
        ({"property": "name", "is": "contains", "value": "A.B"}, '{"name": "xaobx"}', False),
        ({"property": 'q" || true', "is": "equals", "value": '" || true'}, '{"q": 1}', False),
        ({"property": "tag", "is": "not_equals", "value": "x"}, '{"tag": "y"}', True),
    ],
)
def test_a_match_becomes_a_json_path_with_the_same_meaning(db, match, properties, expected):
    path = json_path([Match.model_validate(match)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb @? %s::jsonpath", [properties, path])
        assert cursor.fetchone()[0] is expected
