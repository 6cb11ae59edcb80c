"""The readers of JSON values say the same in Python and in SQL."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.sql.cursor import open_cursor
from profiles.segments.rules.calendar import next_anniversary
from profiles.segments.rules.values import (
    at_path,
    boolean_of,
    moment_of,
    number_of,
    text_of,
    texts_of,
)

pytestmark = pytest.mark.django_db

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.decimals(-(10**9), 10**9, places=4).map(float)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
    | st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,3})?", fullmatch=True)
    | st.from_regex(
        r"[0-9]{4}-[0-9]{2}-[0-3][0-9]([T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,8})?)?"
        r"(Z|[+-][01][0-9]:[0-5][0-9])?)?",
        fullmatch=True,
    )
    | st.sampled_from(["true", "false", "12\n", "2024-02-29", "2023-02-29", "0.00000001", "٣"])
)
values = scalars | st.lists(scalars, max_size=4) | st.dictionaries(st.text("abc"), scalars)


def ask(text, **params):
    with open_cursor() as cursor:
        return cursor.execute(text, params).fetchone()


def as_stored(value):
    """The value as the database gives it back: numbers exact."""
    (text,) = ask("SELECT %(v)s::text::jsonb::text", v=json.dumps(value))
    return json.loads(text, parse_float=Decimal)


@settings(deadline=None)
@given(values)
def test_each_reader_agrees_with_its_twin(value):
    stored = as_stored(value)
    row = ask(
        "SELECT profiles_text(v), profiles_number(v), profiles_boolean(v), profiles_moment(v),"
        " profiles_texts(v) FROM (SELECT %(v)s::text::jsonb AS v) AS given",
        v=json.dumps(value),
    )
    expected = [f(stored) for f in (text_of, number_of, boolean_of, moment_of, texts_of)]
    assert list(row) == expected


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2024-03-01T00:30:00+02:00", datetime(2024, 2, 29, 22, 30, tzinfo=UTC)),
        ("2024-03-01 10:20", datetime(2024, 3, 1, 10, 20, tzinfo=UTC)),
        ("2024-03-01T10:20:30.1234567Z", datetime(2024, 3, 1, 10, 20, 30, 123456, tzinfo=UTC)),
        ("2023-02-29", None),
        ("2024-13-01", None),
        ("2024-03-01T24:00:00", None),
        ("yesterday", None),
    ],
)
def test_moments_are_read_as_iso_8601_in_utc(text, moment):
    assert moment_of(text) == moment
    assert ask("SELECT profiles_moment(to_jsonb(%(v)s::text))", v=text) == (moment,)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_next_anniversary_agrees_with_its_twin(day, today):
    row = ask(
        "SELECT profiles_next_anniversary(%(day)s::timestamptz, %(today)s::date)",
        day=datetime(day.year, day.month, day.day, 5, tzinfo=UTC),
        today=today,
    )
    assert row == (next_anniversary(day, today),)


def test_a_leap_day_is_celebrated_on_28_february_in_other_years():
    born = date(2000, 2, 29)
    assert next_anniversary(born, date(2027, 2, 28)) == date(2027, 2, 28)
    assert next_anniversary(born, date(2027, 3, 1)) == date(2028, 2, 29)


def test_a_path_reaches_into_documents_and_lists_and_a_literal_key_wins():
    document = {"a": {"b": [10, {"c": "x"}]}, "a.b": "literal"}
    assert at_path(document, "a.b") == "literal"
    assert at_path(document, "a.b.1.c") == "x"
    assert at_path(document, "a.b.7") is None
    assert at_path(document, "z.y") is None
