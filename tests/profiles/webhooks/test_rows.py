"""Mappings as rows of a form: nothing that a mapping says is lost on the way there and back."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from profiles.webhooks.drafts import read_draft
from profiles.webhooks.rules.mapping import check_mapping
from profiles.webhooks.rules.ready import list_ready
from profiles.webhooks.rules.rows import (
    MappingRows,
    Row,
    RuleRows,
    list_paths,
    read_rows,
    show_rows,
    write_document,
)

texts = st.text(min_size=1, max_size=12).filter(lambda text: "\0" not in text)
paths = st.sampled_from(["$", "$.a", "$.a['b or $']", "$['x']", "$.items[?@.k == 'or'].v"])
scalars = texts.filter(lambda t: not t.startswith("$")) | st.booleans() | st.integers() | st.sampled_from(
    ["12", "true", "{", " padded ", "-0", "007", "1.50", 1.5, 1e20, 0]
)  # fmt: skip
kinds = st.sampled_from(["text", "number", "list", "time"])
simple = paths | scalars | st.fixed_dictionaries({"path": paths}, optional={"as": kinds})
values = (
    simple
    | st.fixed_dictionaries({"header": st.just("X-Topic")}, optional={"as": kinds})
    | st.fixed_dictionaries({"text": scalars})
    | st.fixed_dictionaries({"first": st.lists(simple, min_size=1, max_size=3)})
    | st.fixed_dictionaries(
        {"join": st.lists(simple, min_size=1, max_size=3), "with": st.just("-")}
    )
    | st.fixed_dictionaries({"path": paths, "values": st.just({"1": "one"}), "default": scalars})
)
compared = texts | st.booleans() | st.integers(-(10**9), 10**9) | st.just(1.5)
conditions = st.one_of(
    [
        st.fixed_dictionaries({"path": paths, test: wanted}, optional={"of": st.just("body")})
        for test, wanted in (
            ("is", compared), ("is_not", compared), ("starts_with", texts), ("exists", st.booleans()),
            ("is_one_of", st.lists(texts, min_size=1, max_size=3)),
        )
    ]
)  # fmt: skip


def posted(rows: MappingRows) -> dict[str, str]:
    """What a browser sends of the form; it trims nothing."""
    fields = {"editing": "rows", "otherwise": rows.otherwise}
    for n, rule in enumerate(rows.rules):
        for name in ("name", "event", "occurred_at", "message_id", "each", "message"):
            fields[f"r{n}.{name}"] = rule.cells.get(name, "")
        for i, one in enumerate(rule.when):
            for name in ("place", "where", "test", "value"):
                fields[f"r{n}.when.{i}.{name}"] = getattr(one, name)
        for part in ("identities", "properties", "traits"):
            for i, row in enumerate(getattr(rule, part)):
                for name in ("name", "value", "kind"):
                    fields[f"r{n}.{part}.{i}.{name}"] = getattr(row, name)
    return fields


def there_and_back(document):
    written, problems = write_document(read_rows(posted(show_rows(document))))
    assert problems == []
    return check_mapping(written)


@pytest.mark.parametrize("ready", list_ready(), ids=lambda ready: ready.name)
def test_ready_mappings_come_back_as_they_were(ready):
    document = json.loads(ready.mapping_text)
    assert there_and_back(document) == check_mapping(document)


@given(value=values, trait=values, event=values)
def test_every_value_comes_back_as_it_was(value, trait, event):
    document = {
        "version": 1,
        "rules": [{"event": event, "identities": {"email": value, "external": {"shop": value}},
                   "properties": {"total": value}, "traits": {"a b": trait}}],
    }  # fmt: skip
    assert there_and_back(document) == check_mapping(document)


@example(one={"path": "$.a", "is": " padded "})
@example(one={"path": "$.a", "is": '"quoted"'})
@example(one={"path": "$.a", "starts_with": "12"})
@given(one=conditions)
def test_every_condition_asks_the_same_again(one):
    rule = {"event": "E", "identities": {"user_id": "$.a"}, "when": [one]}
    document = {"rules": [rule], "otherwise": "ignore"}
    assert there_and_back(document) == check_mapping(document)


def test_several_paths_are_tried_in_order_and_turned_alike():
    rule = RuleRows(identities=[Row("email", "$.a or $.b.c", "lower")], traits=[Row("vip", "true")])
    document, _ = write_document(MappingRows(rules=[rule]))
    assert document["rules"][0]["identities"] == {
        "email": {"first": [{"path": "$.a", "as": "lower"}, {"path": "$.b.c", "as": "lower"}]}
    }
    assert document["rules"][0]["traits"] == {"vip": True}


def test_rows_that_say_half_of_something_are_named():
    rule = RuleRows(
        properties=[Row("", "$.a"), Row("total"), Row("x", "$.x"), Row("x", "$.y"), Row("z", "{")]
    )
    _, problems = write_document(MappingRows(rules=[rule]))
    assert [(problem.path, problem.message) for problem in problems] == [
        ("rules[0].properties", "Give “$.a” a name, or clear its row."),
        ("rules[0].properties.total", "Say where it stands, or clear its name."),
        ("rules[0].properties.x", "Two rows have this name; keep one."),
        (
            "rules[0].properties.z",
            "It begins like JSON and is none. Close every bracket and quote.",
        ),
    ]


def test_rules_are_added_and_removed():
    two = posted(MappingRows(rules=[RuleRows(cells={"name": "A"}), RuleRows(cells={"name": "B"})]))
    assert len(read_draft(two, step="add-rule").rows.rules) == 3
    [left] = read_draft(two, step="remove-rule-0").rows.rules
    assert left.cells["name"] == "B"


def test_what_a_cell_would_read_otherwise_keeps_the_mapping_json():
    vast = {"path": "$.a", "is": 1e20}
    rule = {"event": "E", "identities": {"email": "$.a"}, "when": [vast]}
    draft = read_draft({"editing": "json", "mapping": json.dumps({"rules": [rule]})}, step="rows")
    assert draft.rows is None


def test_a_mapping_too_large_for_a_form_stays_json():
    many = {f"p{n}": "$.a" for n in range(90)}
    rule = {"event": "E", "identities": {"email": "$.a"}, "properties": many}
    text = json.dumps({"rules": [rule] * 4})
    draft = read_draft({"editing": "json", "mapping": text}, step="rows")
    assert (draft.rows, draft.text) == (None, text)


def test_the_paths_of_a_request_can_be_chosen():
    body = {"id": 7, "order": {"net total": "9"}, "items": [{"sku": "a"}, {"sku": "b"}], "no": None}
    assert list_paths(body) == [
        ("$.id", "7"), ("$.order['net total']", "9"), ("$.items", "a list of 2"),
        ("$.items[0].sku", "a"),
    ]  # fmt: skip
