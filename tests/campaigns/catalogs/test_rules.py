"""Typed items, and files of them."""

import pytest

from campaigns.catalogs.rules import (
    BadFile,
    BadItem,
    ItemField,
    check_fields,
    guess_fields,
    read_item,
    read_items,
)

NAME = ItemField(name="name", type="text", is_required=True)
CSV = "sku;name;price;sale;since;tags\na1;Tent;199.5;yes;2026-03-01;new|light\na2;Stove;60;no;;\n"


def test_a_file_gives_keys_values_and_the_types_that_fit_all_of_them():
    items = read_items("products.csv", b"\xef\xbb\xbf" + CSV.encode())
    assert [key for key, _ in items] == ["a1", "a2"]
    fields = guess_fields([values for _, values in items])
    assert {field.name: field.type for field in fields} == {
        "name": "text", "price": "number", "sale": "boolean", "since": "date", "tags": "text",
    }  # fmt: skip
    assert read_item(items[1][1], fields) == {"name": "Stove", "price": 60, "sale": False}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"sku,name\n", "no items"),
        (b"name\nTent\n", "no column for the key"),
        (b"key,name\na,1\na,2\n", "“a” is there twice"),
        (b"key,name\n,1\n", "Item 1 has no key"),
        (b"key,name\na,1,2\n", "Line 2 has more values"),
        (b"[1, 2]", "JSON object"),
        (b'{"key": ', "neither JSON nor lines"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(body, message):
    with pytest.raises(BadFile, match=message):
        read_items("f", body)


def test_lines_of_json_and_one_list_are_the_same():
    lines, whole = (
        b'{"id": 1, "a": 2}\n{"id": 2, "a": 3}',
        b'[{"id": 1, "a": 2}, {"id": 2, "a": 3}]',
    )
    assert read_items("f", lines) == read_items("f", whole) == [("1", {"a": 2}), ("2", {"a": 3})]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "many"), ("number", True), ("number", "nan"), ("number", "1e999"),
        ("boolean", "maybe"), ("date", "03/04/2026"), ("text", {"a": 1}), ("text", "x" * 5_000),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_field_is_refused_by_name(kind, value):
    with pytest.raises(BadItem) as told:
        read_item({"it": value}, [ItemField(name="it", type=kind)])
    assert told.value.field == "it"


def test_required_and_unknown_fields_are_named():
    with pytest.raises(BadItem, match="“name” is empty"):
        read_item({"name": ""}, [NAME])
    with pytest.raises(BadItem, match="no field “size”"):
        read_item({"name": "a", "size": 1}, [NAME])


@pytest.mark.parametrize(
    "fields",
    [[], [ItemField(name="key", type="text")], [NAME, NAME], [ItemField(name="a b", type="text")],
     [ItemField(name="a", type="color")]],
    ids=["none", "key", "twice", "blank", "type"],
)  # fmt: skip
def test_fields_that_cannot_be_are_refused(fields):
    with pytest.raises(BadItem):
        check_fields(fields)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, "3"], "number"), ([True, "no"], "boolean"), (["1", "0"], "number"),
        (["1", True], "text"), ([float("inf")], "text"), (["2026-01-01", ""], "date"),
        (["2026-01-01", "1"], "text"), ([["a"], "b"], "list"), (["", None], "text"),
    ],
)  # fmt: skip
def test_guessed_fields_take_what_they_were_guessed_from(values, kind):
    items = [{"it": value} for value in values]
    [field] = guess_fields(items)
    assert field.type == kind
    assert len([read_item(item, [field]) for item in items]) == len(values)
