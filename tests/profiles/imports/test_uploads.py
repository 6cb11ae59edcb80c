"""Files on their way in: checked without effect, taken in once, told what is wrong with which row."""

import gzip
import io
from decimal import Decimal

import arro3.core
import arro3.io
import pytest

from kernel.errors import Conflict, Invalid
from profiles.imports.models import Upload, UploadPerson, UploadPiece
from profiles.imports.services import files, uploads, working
from profiles.imports.services.working import work_uploads
from profiles.models import Customer, InboxItem, Touchpoint
from profiles.touchpoints.services.draining import drain_inbox
from tests.profiles.collecting import events_of
from tests.profiles.imports.uploading import (
    ACTOR,
    NOW,
    again,
    check,
    column,
    events,
    people,
    problems,
    send,
    take_in,
)

pytestmark = pytest.mark.django_db

PEOPLE = people(
    column("id", "user_id"), column("E-Mail", "email"), column("Spent", "trait", "spent", "number"),
    column("Since", "trait", "since", "date"), decimal=",", thousands=".", dates="day_first",
    time_zone="Europe/Berlin",
)  # fmt: skip
CSV = """id;E-Mail;Spent;Since
1;ada@example.com;1.234,50;31.01.2026
2;not an address;5;01.02.2026
3;bob@example.com;12,x;30.02.2026
;;7;

4;"cy@example.com";"7";
"""


def test_a_check_counts_and_changes_nothing():
    upload = send(CSV, PEOPLE)
    assert (upload.status, upload.read, upload.accepted, upload.rejected) == ("checked", 5, 2, 3)
    assert (upload.new_people, upload.known_people) == (2, 0)
    assert problems(upload) == [
        (2, "E-Mail", "“E-Mail” must be an e-mail address."),
        (3, "Spent", "“Spent” must be a number written like 1.234,5."),
        (3, "Since", "“Since” must be a time written like 31/01/2026 09:00."),
        (4, "", "No cell of the row says who it is about."),
    ]
    assert not Customer.objects.exists()
    assert not InboxItem.objects.exists()
    assert not UploadPerson.objects.exists()


def test_an_import_takes_in_what_the_check_said_and_deletes_the_file():
    upload = take_in(send(CSV, PEOPLE))
    assert (upload.status, upload.accepted, upload.rejected) == ("finished", 2, 3)
    ada = Customer.objects.get(traits__email="ada@example.com")
    assert ada.traits == {
        "email": "ada@example.com", "spent": 1234.5, "since": "2026-01-30T23:00:00Z",
    }  # fmt: skip
    assert Customer.objects.get(traits__email="cy@example.com").traits["spent"] == 7
    assert Customer.objects.count() == 2
    assert not Touchpoint.objects.filter(starts_journeys=True).exists()
    assert not UploadPiece.objects.exists()


def test_people_who_are_known_are_counted_as_such_and_each_once():
    take_in(send("user_id,email\n1,ada@example.com\n", _BY_ID))
    upload = send(
        "user_id,email\n1,\n,ada@example.com\n2,bob@example.com\n2,bob@example.com\n", _BY_ID
    )
    assert (upload.accepted, upload.new_people, upload.known_people) == (4, 1, 1)


_BY_ID = people(column("user_id", "user_id"), column("email", "email"))


ORDERS = events(
    column("email", "email"), column("at", "time"), column("order", "row_id"),
    column("total", "property", "revenue", "number"), event="Order Completed",
)  # fmt: skip
ORDERS_CSV = """email,at,order,total,note
ada@example.com,2026-01-02T03:04:05Z,o1,19.90,"two
lines"
ada@example.com,2026-01-03,o2,5,
"""


def test_events_have_their_own_time_and_an_id_column_keeps_a_second_upload_from_doubling():
    take_in(send(ORDERS_CSV, ORDERS, name="orders.csv"))
    twice = take_in(send(ORDERS_CSV, ORDERS, name="orders.csv"))
    assert twice.accepted == 2
    assert events_of("email", "ada@example.com") == ["Order Completed", "Order Completed"]
    first = Touchpoint.objects.get(revenue=Decimal("19.90"))
    assert first.occurred_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert first.properties == {"revenue": 19.9}


def test_rows_without_an_id_column_are_two_events_even_when_they_are_equal():
    mapping = events(column("u", "user_id"), event="Visited")
    take_in(send("u\nx\nx\n", mapping))
    assert events_of("user_id", "x") == ["Visited", "Visited"]


def test_the_same_content_uploaded_again_is_recognized():
    first = take_in(send("u\nx\n", events(column("u", "user_id"), event="Visited")))
    second = send("u\nx\n", events(column("u", "user_id"), event="Visited"), name="other.csv")
    assert uploads.find_twin(second) == first
    assert uploads.find_twin(first) is None


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("\ufeffid,name\n1,Zoë\n".encode(), "a.csv"),
        ("id,name\r\n1,Zoë\r\n".encode("utf-16"), "a.csv"),
        ("id;name\n1;Zoë\n".encode("cp1252"), "a.csv"),
        (gzip.compress("id\tname\n1\tZoë".encode()), "a.tsv.gz"),
        ('{"id": 1, "name": "Zoë"}\n\n'.encode(), "a.jsonl"),
    ],
    ids=["bom", "utf-16", "windows", "gzip", "json lines"],
)
def test_text_is_read_however_it_is_written(body, name):
    mapping = people(column("id", "user_id"), column("name", "trait", "name"))
    take_in(send(body, mapping, name=name))
    assert Customer.objects.get().traits == {"name": "Zoë"}


def parquet(rows: int, batch: int = 10) -> bytes:
    ids = arro3.core.Array([f"u{n}" for n in range(rows)], type=arro3.core.DataType.string())
    ages = arro3.core.Array(list(range(rows)), type=arro3.core.DataType.int64())
    file = io.BytesIO()
    record_batch = arro3.core.RecordBatch.from_pydict({"id": ids, "age": ages})
    arro3.io.write_parquet(record_batch, file, max_row_group_size=batch)
    return file.getvalue()


def test_parquet_keeps_its_types():
    mapping = people(column("id", "user_id"), column("age", "trait", "age"))
    upload = take_in(send(parquet(25), mapping, name="people.parquet"))
    assert (upload.read, upload.accepted, upload.new_people) == (25, 25, 25)
    ages = Customer.objects.values_list("traits__age", flat=True)
    assert sorted(ages) == list(range(25))


@pytest.mark.parametrize("body", [b"PAR1", b"id\n1\n" * 100, parquet(5)[:-20] + b"PAR1",
                                  b"PAR1" + b"x" * 60 + (20).to_bytes(4, "little") + b"PAR1"])  # fmt: skip
def test_a_damaged_parquet_file_is_refused_in_words(body):
    with pytest.raises(Invalid, match="no Parquet file, or it is damaged"):
        send(body, people(column("id", "user_id")), name="people.parquet")
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("people.xlsx", b"x", "Save a spreadsheet as CSV"),
        ("people.csv", b"", "empty"),
        ("people.csv.gz", b"\x1f\x8bnonsense", "damaged"),
        ("people.jsonl", b"no json\n", "No row of this file can be read"),
    ],
)
def test_files_that_cannot_be_used_are_refused_and_nothing_is_kept(name, body, message):
    with pytest.raises(Invalid, match=message):
        send(body, people(column("id", "user_id")), name=name)
    assert not Upload.objects.exists()


def test_a_file_that_unpacks_to_more_than_allowed_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 1_000_000)
    with pytest.raises(Invalid, match="A file may have"):
        send(gzip.compress(b"id\n" + b"1\n" * 600_000), _BY_ID, name="bomb.csv.gz")


def test_bad_lines_do_not_hide_the_good_ones():
    lines = [
        b"id,name",
        b"1,a",
        b"2,\xff\xfe",
        b"3,b,c,d",
        b"4,d",
        b"5," + b"x" * 1_100_000,
        b"6,e",
    ]
    upload = send(b"\n".join(lines), people(column("id", "user_id"), column("name", "trait", "n")))
    uploads.change_format(upload.key, encoding="utf-8", delimiter=",", actor=ACTOR, now=NOW)
    upload = check(upload, people(column("id", "user_id"), column("name", "trait", "n")))
    assert [(row, text) for row, _, text in problems(upload)] == [
        (2, "The line is not written in UTF-8."),
        (3, "The row has 4 cells, but the file has 2 columns."),
        (5, "The line has more than 1,000,000 bytes."),
    ]
    assert upload.accepted == 3


@pytest.mark.parametrize("name", ["many.csv", "many.jsonl", "many.parquet"])
def test_an_import_that_is_stopped_goes_on_behind_the_last_row(monkeypatch, name):
    monkeypatch.setattr(working, "BATCH_ROWS", 7)
    text = {"many.csv": "id,age\n" + "".join(f"u{n},{n}\n" for n in range(25)),
            "many.jsonl": "".join(f'{{"id": "u{n}", "age": {n}}}\n' for n in range(25))}  # fmt: skip
    body = parquet(25) if name == "many.parquet" else text[name]
    upload = send(body, people(column("id", "user_id"), column("age", "trait", "age")), name=name)
    uploads.start_import(upload.key, actor=ACTOR, now=NOW)
    for expected in (7, 14):
        assert working._work(upload.id, until=_one_batch(), now=NOW) == 7
        assert again(upload).accepted == expected
    uploads.stop_upload(upload.key, actor=ACTOR, now=NOW)
    assert work_uploads(now=NOW) == 0
    uploads.resume_import(upload.key, actor=ACTOR, now=NOW)
    assert work_uploads(now=NOW) == 11
    drain_inbox(now=NOW)
    assert again(upload).status == "finished"
    assert Customer.objects.count() == Touchpoint.objects.count() == 25


def _one_batch():
    """A deadline that lets exactly one batch pass."""

    class Once(float):
        asked = 0

        def __gt__(self, other):
            self.asked += 1
            return self.asked == 1

    return Once()


def test_only_what_is_possible_in_a_state_is_done():
    upload = send("id\n1\n", _MAPPED)
    take_in(upload)
    for step in (uploads.start_import, uploads.stop_upload, uploads.resume_import,
                 uploads.discard_upload):  # fmt: skip
        with pytest.raises(Conflict, match="the upload is finished"):
            step(upload.key, actor=ACTOR, now=NOW)
    assert Touchpoint.objects.count() == 1


_MAPPED = people(column("id", "user_id"))


def test_a_file_that_was_left_is_deleted_after_a_week_and_the_upload_stays_as_a_record():
    upload = send("id\n1\n", _MAPPED)
    Upload.objects.update(created_at=NOW)
    assert uploads.forget_files(now=NOW + uploads.KEPT_FOR) == 0
    assert uploads.forget_files(now=NOW + uploads.KEPT_FOR * 1.1) == 1
    assert not again(upload).pieces.exists()


def test_an_import_waits_while_the_drain_has_much_to_do(monkeypatch):
    upload = send("id\n1\n", _MAPPED)
    uploads.start_import(upload.key, actor=ACTOR, now=NOW)
    monkeypatch.setattr("profiles.imports.services.queuing._MOST_WAITING", 0)
    assert work_uploads(now=NOW) == 0
    assert again(upload).status == "running"
