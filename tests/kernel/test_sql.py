"""Loading, running and reading named statements."""

import datetime as dt
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.errors import NotFound
from kernel.sql import SqlFile, bigint_array, text_array, uuid_array
from kernel.sql.cursor import open_cursor
from kernel.sql.parsing import parse_queries, to_prepared

SOURCE = """-- name: make
-- Makes the table.
CREATE TEMPORARY TABLE shelf (id bigint PRIMARY KEY, title text, extra jsonb, made timestamptz)

-- name: fill
-- Adds three rows.
INSERT INTO shelf SELECT n, 'book ' || n, %(extra)s::jsonb, %(now)s::timestamptz
FROM unnest(%(ids)s::bigint[]) n;

-- name: read
-- Reads by number. A per cent sign is written twice.
SELECT id, title, extra, made FROM shelf
WHERE id >= %(least)s::bigint AND title LIKE 'book%%' ORDER BY id

-- name: remove
-- Removes all.
DELETE FROM shelf

-- name: xid
-- A transaction id beyond 32 bits.
SELECT '5000000000'::xid8
"""
NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    id: int
    title: str
    extra: dict[str, int]
    made: dt.datetime


@pytest.fixture
def shelf(tmp_path: Path, db: None) -> SqlFile:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "shelf.sql").write_text(SOURCE)
    sql = SqlFile(str(tmp_path / "queries.py"), "shelf")
    assert sql.run("make") == []
    sql.count("fill", {"ids": bigint_array([1, 2, 3]), "extra": {"pages": 9}, "now": NOW})
    return sql


def test_rows_arrive_as_dataclasses_with_their_types(shelf):
    assert shelf.all("read", {"least": 2}, into=Book) == [
        Book(id=2, title="book 2", extra={"pages": 9}, made=NOW),
        Book(id=3, title="book 3", extra={"pages": 9}, made=NOW),
    ]


def test_run_value_and_count_return_tuples_one_cell_and_a_number(shelf):
    assert shelf.run("read", {"least": 3}) == [(3, "book 3", {"pages": 9}, NOW)]
    assert shelf.value("read", {"least": 2}) == 2
    assert shelf.value("read", {"least": 9}) is None
    assert shelf.count("remove") == 3


def test_find_returns_none_and_one_raises_where_there_is_no_row(shelf):
    assert shelf.find("read", {"least": 4}, into=Book) is None
    assert shelf.one("read", {"least": 3}, into=Book).id == 3
    with pytest.raises(NotFound, match="read"):
        shelf.one("read", {"least": 4}, into=Book)


def test_an_xid8_arrives_as_text_in_both_forms(shelf):
    assert shelf.value("xid") == "5000000000"
    with open_cursor() as cursor:
        assert cursor.execute("SELECT '5000000000'::xid8").fetchone() == ("5000000000",)


def test_a_statement_takes_part_in_djangos_transaction(shelf):
    with transaction.atomic():
        shelf.run("remove")
        transaction.set_rollback(True)
    assert shelf.value("read", {"least": 1}) == 1


def test_only_a_statement_that_asks_for_it_is_prepared(shelf):
    for _ in range(6):
        shelf.run("read", {"least": 2})
        shelf.run("remove", prepare=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement ~ 'shelf'")
        assert cursor.fetchall() == [("DELETE FROM shelf",)]


def test_database_errors_are_those_of_django(shelf):
    with pytest.raises(IntegrityError), transaction.atomic():
        shelf.run("fill", {"ids": "{1}", "extra": None, "now": NOW})


def test_an_unknown_name_is_refused(shelf):
    with pytest.raises(KeyError, match="no “burn”"):
        shelf.run("burn")


def test_array_texts_equal_psycopgs_own_arrays(db):
    numbers, ids = [-1, 0, 2**62], [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)]
    texts = ["", "a,b", 'say "no"', "back\\slash", "NULL", "{}", "line\nbreak", "ü"]
    with connection.cursor() as cursor:
        for text, kind, values in (
            (bigint_array(numbers), "bigint[]", numbers),
            (uuid_array(ids), "uuid[]", ids),
            (text_array(texts), "text[]", texts),
            (text_array([]), "text[]", []),
        ):
            cursor.execute(f"SELECT %s::{kind}", [text])
            assert cursor.fetchone() == (values,)


def test_placeholders_become_numbers_and_keep_their_casts():
    prepared = to_prepared("SELECT %(b)s::int, %(a)s, %(b)s::int, '%%'")
    assert prepared.text == "SELECT $1::int, $2, $1::int, '%'"
    assert (prepared.names, prepared.uncast) == (("b", "a"), ("a",))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("SELECT 1", "holds no “-- name:” line"),
        ("-- name: a\n-- A.\nSELECT 1\n-- name: a\n-- B.\nSELECT 2", "holds “a” twice"),
    ],
    ids=["no name", "name twice"],
)
def test_a_file_that_cannot_be_split_is_refused(tmp_path, source, message):
    path = tmp_path / "wrong.sql"
    path.write_text(source)
    with pytest.raises(ValueError, match=message):
        parse_queries(path)


def test_a_room_that_is_a_folder_finds_the_file_beside_it(tmp_path):
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "shelf.sql").write_text(SOURCE)
    (tmp_path / "queries").mkdir()
    assert SqlFile(str(tmp_path / "queries" / "books.py"), "shelf").text("xid").startswith("SELECT")
