"""Cells, mappings and suggestions: what is read how, and what is refused in which words."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from profiles.imports.rules.mapping import Column, Formats, Kind, Mapping
from profiles.imports.rules.rows import BadRow, build_message, digest_row
from profiles.imports.rules.sniffing import guess_delimiter, guess_encoding
from profiles.imports.rules.suggesting import suggest_formats, suggest_mapping, suggest_people
from profiles.imports.rules.values import BadCell, read_number, read_time

ENGLISH, GERMAN = Formats(thousands=","), Formats(decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("cell", "formats", "expected"),
    [
        ("1,234,567.5", ENGLISH, 1234567.5),
        ("1.234.567,5", GERMAN, 1234567.5),
        ("-7", GERMAN, -7),
        ("1\u202f000", Formats(thousands=" "), 1000),
        ("2.00", Formats(), 2),
        (Decimal("3.5"), Formats(), 3.5),
        ("−4", Formats(), -4),
    ],
)
def test_numbers_are_read_as_they_are_written(cell, formats, expected):
    assert read_number(cell, formats) == expected


@pytest.mark.parametrize(
    ("cell", "formats"),
    [("1.5", GERMAN), ("1,5", Formats()), ("12,34.5", ENGLISH), ("", Formats()), ("1e5", Formats()),
     ("NaN", Formats()), (True, Formats()), (Decimal("NaN"), Formats()), ("1,234", Formats())],
)  # fmt: skip
def test_numbers_written_otherwise_are_never_guessed(cell, formats):
    with pytest.raises(BadCell):
        read_number(cell, formats)


@pytest.mark.parametrize(
    ("cell", "formats", "expected"),
    [
        ("2026-01-31", Formats(), "2026-01-31T00:00:00Z"),
        ("2026-01-31T09:00:00+02:00", Formats(), "2026-01-31T07:00:00Z"),
        ("2026-07-01 12:00", Formats(time_zone="Europe/Berlin"), "2026-07-01T10:00:00Z"),
        ("31.01.2026", Formats(dates="day_first"), "2026-01-31T00:00:00Z"),
        ("1/31/2026 9:05", Formats(dates="month_first"), "2026-01-31T09:05:00Z"),
        ("1769850000", Formats(dates="unix"), "2026-01-31T09:00:00Z"),
        (1769850000000, Formats(dates="unix"), "2026-01-31T09:00:00Z"),
        (date(2026, 1, 31), Formats(), "2026-01-31T00:00:00Z"),
        (datetime(2026, 1, 31, tzinfo=UTC), Formats(), "2026-01-31T00:00:00Z"),
    ],
)
def test_times_are_read_in_their_zone(cell, formats, expected):
    assert read_time(cell, formats) == expected


@pytest.mark.parametrize(
    ("cell", "dates"),
    [("13/13/2026", "day_first"), ("31/01/2026", "month_first"), ("yesterday", "iso"),
     ("nan", "unix"), ("1e400", "unix"), ("2026-02-30", "iso")],
)  # fmt: skip
def test_times_written_otherwise_are_refused(cell, dates):
    with pytest.raises(BadCell):
        read_time(cell, Formats(dates=dates))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": [{"column": "a", "use": "trait", "name": "a"}]}, "who it is"),
        ({"columns": [{"column": "a", "use": "email"}, {"column": "b", "use": "email"}]},
         "Only one column can be used as email"),
        ({"columns": [{"column": "a", "use": "user_id"}, {"column": "b", "use": "trait"}]},
         "“b” needs a name"),
        ({"event": ""}, "Events need a name"),
        ({"formats": {"decimal": ",", "thousands": ","}}, "same sign"),
        ({"formats": {"time_zone": "Mars/Base"}}, "no time zone “Mars/Base”"),
        ({"kind": "people"}, "properties do not fit"),
        ({"columns": [{"column": "a", "use": "user_id"},
                      {"column": "b", "use": "consent", "name": "email"}]}, "Consent needs the time"),
        ({"columns": [{"column": "a", "use": "user_id"}, {"column": "t", "use": "time"},
                      {"column": "b", "use": "consent"}]}, "“b” needs a name such as email"),
        ({"rows": []}, "Extra inputs"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_work_is_refused(change, words):
    good = {"kind": "events", "columns": [{"column": "a", "use": "user_id"},
            {"column": "p", "use": "property", "name": "p"}], "event": "Came"}  # fmt: skip
    Mapping.model_validate(good)
    with pytest.raises(ValidationError, match=words):
        Mapping.model_validate({**good, **change})


def test_a_row_becomes_a_message_with_every_part_in_its_place():
    mapping = Mapping.model_validate(
        {"kind": "events", "event": "Came", "columns": [
            {"column": "mail", "use": "email"}, {"column": "shop", "use": "external_id", "name": "shop_id"},
            {"column": "when", "use": "time"}, {"column": "plan", "use": "trait", "name": "plan"},
            {"column": "vip", "use": "property", "name": "is_vip", "type": "boolean"}]}
    )  # fmt: skip
    row = {"mail": " Ada@Example.com ", "shop": 17.0, "when": "2026-01-31", "plan": "pro",
           "vip": "Ja", "other": "x"}  # fmt: skip
    assert build_message(row, mapping, row_id="r1") == {
        "messageId": "r1", "type": "track", "event": "Came", "timestamp": "2026-01-31T00:00:00Z",
        "properties": {"is_vip": True},
        "context": {"externalIds": [{"type": "shop_id", "id": "17"}],
                    "traits": {"plan": "pro", "email": "Ada@Example.com"}},
    }  # fmt: skip
    with pytest.raises(BadRow, match="No cell of the row says who"):
        build_message({"plan": "pro", "mail": "  ", "shop": float("nan")}, mapping, row_id="r2")


def test_the_id_of_a_row_is_that_of_its_content_whatever_the_order():
    one = digest_row("users", {"id": 1, "at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert one == digest_row("users", {"at": datetime(2026, 1, 1, tzinfo=UTC), "id": 1})
    others = [digest_row("people", {"id": 1}), digest_row("users", {"id": 2})]
    assert len({one, *others}) == 3


SAMPLE = [
    {"Customer ID": "007", "E-Mail": "a@b.de", "Amount": "1.234,50", "Date": "31.01.2026", "VIP": "yes"},
    {"Customer ID": "008", "E-Mail": "", "Amount": "7", "Date": "01.02.2026", "VIP": "no"},
]  # fmt: skip


def test_uses_types_and_formats_are_suggested_from_names_and_cells():
    people = suggest_mapping(list(SAMPLE[0]), SAMPLE, kind=Kind.PEOPLE)
    assert [(column.use, column.type) for column in people] == [
        ("user_id", "text"), ("email", "text"), ("trait", "number"), ("trait", "date"),
        ("trait", "boolean"),
    ]  # fmt: skip
    events = suggest_mapping(list(SAMPLE[0]), SAMPLE, kind=Kind.EVENTS)
    assert [column.use for column in events] == ["user_id", "email", "property", "time", "property"]
    formats = suggest_formats(SAMPLE)
    assert (formats.decimal, formats.thousands, formats.dates) == (",", ".", "day_first")
    assert suggest_formats([{"d": "12/31/2026", "n": "1,234.5"}]).model_dump() == {
        "decimal": ".", "thousands": ",", "dates": "month_first", "time_zone": "UTC",
    }  # fmt: skip


def test_numbers_with_leading_zeros_stay_text():
    [found] = suggest_mapping(["zip"], [{"zip": "01067"}], kind=Kind.PEOPLE)
    assert found == Column(column="zip", use="trait", name="zip", type="text")


def test_a_few_wrong_cells_do_not_hide_what_a_column_is():
    cells = [f"{n},5" for n in range(1, 20)]
    found = [suggest_mapping(["n"], [{"n": cell} for cell in [*cells, *wrong]], kind=Kind.PEOPLE)
             for wrong in (["x"], ["x", "y", "z"])]  # fmt: skip
    assert [columns[0].type for columns in found] == ["number", "text"]


def test_typed_rows_without_anybody_have_no_suggestion():
    assert suggest_people(["color", "size"]) is None
    assert suggest_people(["id", "color"]).columns[0].use == "user_id"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_all_rows_alike(delimiter):
    rows = [["name", "note", "n"], ["a", '"x, y; z | w\n2"', "1"], ["b", "q", "2"], ["c", "r"]]
    assert guess_delimiter("\n".join(delimiter.join(row) for row in rows)) == delimiter


def test_a_character_cut_at_the_end_of_the_sample_is_no_other_encoding():
    assert guess_encoding("Zoë"[:3].encode()[:-1]) == "utf-8"
    assert guess_encoding("Zoë,1".encode("cp1252")) == "cp1252"
