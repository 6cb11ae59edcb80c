"""People in files that wait: part of their export, and the file goes when one is erased."""

import pytest

from profiles.customers.services import erase_customers, export_customer
from profiles.models import Identity, Upload
from tests.profiles.imports.uploading import NOW, again, column, events, people, send, take_in

pytestmark = pytest.mark.django_db
PEOPLE = people(column("id", "user_id"), column("mail", "email"))
KNOWN = "id,mail\n12,ada@example.com\n13,bob@example.com\n"


@pytest.fixture
def ada():
    take_in(send(KNOWN, PEOPLE))
    return Identity.objects.get(kind="user_id", value="12").customer_id


def test_an_export_holds_the_rows_of_waiting_files_that_name_somebody(ada):
    send("mail,note\n Ada@Example.com ,marked\nbob@example.com,12 apples\n", events(
        column("mail", "email"), event="Came"))  # fmt: skip
    found = export_customer(ada, actor="user:1", now=NOW)["uploads"]["waiting_files"]
    assert [(one["file"], one["row"]) for one in found] == [
        ("people.csv", {"mail": " Ada@Example.com ", "note": "marked"})
    ]


def test_erasing_somebody_deletes_the_waiting_files_that_name_them_and_no_others(ada):
    hers = send('{"id": 12, "x": 1}\n', PEOPLE, name="people.jsonl")
    others = send("id,mail\n120,\n13,bob@example.com\n", PEOPLE)
    erase_customers([ada], actor="user:1", reason="case 7", now=NOW)
    hers, others = again(hers), again(others)
    assert (hers.status, hers.pieces.count()) == ("failed", 0)
    assert "erased meanwhile" in hers.failure
    assert (others.status, others.pieces.count()) == ("checked", 1)
    assert Upload.objects.filter(status="finished").count() == 1
