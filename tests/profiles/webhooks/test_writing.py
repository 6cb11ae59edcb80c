"""JSON as people read it says the same as the JSON it was made of."""

import json

from hypothesis import given
from hypothesis import strategies as st

from profiles.webhooks.rules.ready import list_ready
from profiles.webhooks.rules.writing import write_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_nothing_is_changed_by_writing(value):
    assert json.loads(write_json(value)) == value


def test_what_fits_stands_on_one_line_and_long_things_are_indented():
    assert write_json({"a": [1, {"b": None}]}) == '{"a": [1, {"b": null}]}'
    long = {"first": "x" * 50, "second": ["y" * 20, "z" * 20]}
    assert write_json(long).splitlines() == [
        "{", f'  "first": "{"x" * 50}",', f'  "second": ["{"y" * 20}", "{"z" * 20}"]', "}",
    ]  # fmt: skip
    lines = [line for ready in list_ready() for line in ready.mapping_text.splitlines()]
    assert all(len(line) <= 140 for line in lines)
