"""Pulls from databases: read-only, bounded, encrypted; the watermark moves with what is in."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from kernel.errors import Conflict, Invalid, Unavailable
from profiles.imports.models import Pull, PullRun
from profiles.imports.services import databases, pulling, pulls
from profiles.imports.services.pulls import PullDraft
from profiles.models import Customer, Touchpoint
from profiles.touchpoints.services.draining import drain_inbox
from tests.database import address_of
from tests.profiles.imports.uploading import ACTOR, NOW, column, people

MAPPING = people(
    column("id", "user_id"), column("email", "email"), column("spent", "trait", "spent", "number"),
    column("since", "trait", "since", "date"),
)  # fmt: skip
QUERY = "SELECT id, email, spent, since, changed FROM shop.customers WHERE changed >= :watermark"


@pytest.fixture
def shop(transactional_db, settings):
    """Another schema with a shop's customers, reached by the socket, with a connection to it."""
    url = address_of(connection.settings_dict["NAME"])
    settings.PULL_LOCAL_FOLDERS = [_socket_folder(url)]
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("CREATE SCHEMA shop")
        db.execute("CREATE TABLE shop.customers (id text, email text, spent numeric, since date,"
                   " changed timestamptz)")  # fmt: skip
        yield db
        db.execute("DROP SCHEMA shop CASCADE")


def _socket_folder(url: str) -> str:
    with psycopg.connect(url) as db:
        return db.info.host or urlsplit(url).hostname or ""


def shop_url() -> str:
    with psycopg.connect(address_of(connection.settings_dict["NAME"])) as db:
        found = db.info
        return f"postgresql://{found.user}@:{found.port}/{found.dbname}?host={found.host}"


def add(db, *ids: str, day: int, email: str = "{}@example.com") -> None:
    for id_ in ids:
        db.execute("INSERT INTO shop.customers VALUES (%s, %s, 1.50, '2026-01-02', %s)",
                   [id_, email.format(id_), datetime(2026, 1, day, tzinfo=UTC)])  # fmt: skip


def make_pull(**changes) -> Pull:
    mapping = changes.pop("mapping", MAPPING)
    draft = {"name": "Shop", "kind": "people", "source": "Pulls", "url": shop_url(),
             "query": QUERY, "every_minutes": 5, "watermark_column": "changed",
             "watermark": "1970-01-01", **changes}  # fmt: skip
    pull = pulls.create_pull(PullDraft(**draft), actor=ACTOR, now=NOW)
    return pulls.map_pull(pull.key, mapping=mapping, actor=ACTOR, now=NOW)


def run(at: datetime = NOW) -> PullRun:
    assert pulling.run_due_pulls(now=at) == 1
    drain_inbox(now=NOW)
    return PullRun.objects.latest("id")


def test_a_pull_brings_new_rows_and_remembers_how_far_it_came(shop):
    add(shop, "a", "b", day=1)
    pull = make_pull()
    first = run()
    assert (first.status, first.read, first.accepted, first.failure) == ("finished", 2, 2, "")
    assert Customer.objects.get(traits__email="a@example.com").traits == {
        "email": "a@example.com", "spent": 1.5, "since": "2026-01-02T00:00:00Z",
    }  # fmt: skip
    assert Pull.objects.get().watermark == "2026-01-01 00:00:00+00:00"
    add(shop, "c", day=2)
    assert pulling.run_due_pulls(now=NOW + timedelta(minutes=4)) == 0
    second = run(NOW + timedelta(minutes=5))
    assert (second.read, Customer.objects.count(), Touchpoint.objects.count()) == (3, 3, 3)
    assert Pull.objects.get().watermark == "2026-01-02 00:00:00+00:00"
    assert not Touchpoint.objects.filter(starts_journeys=True).exists()
    assert pull.leased_until is None


@contextmanager
def tcp_port(socket_path: str) -> Iterator[int]:
    """Let the server, which listens on a socket alone, be reached by TCP."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65_536):
                target.sendall(part)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        near, _ = listener.accept()
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(socket_path)
            back = Thread(target=pump, args=(far, near))
            back.start()
            pump(near, far)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=serve)
        server.start()
        yield listener.getsockname()[1]
        server.join()


def test_a_server_is_asked_over_the_network_where_its_network_is_allowed(shop, settings):
    add(shop, "a", "b", day=1)
    found = shop.info
    with tcp_port(f"{found.host}/.s.PGSQL.{found.port}") as port:
        url = f"postgresql://{found.user}@localhost:{port}/{found.dbname}?sslmode=disable"
        settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8", "::1"]
        with databases.open_rows(url, QUERY, watermark="2026-01-01") as rows:
            assert [row["id"] for row in rows] == ["a", "b"]
    settings.ALLOWED_PRIVATE_NETWORKS = []
    with (
        pytest.raises(Invalid, match="private network"),
        databases.open_rows(url, QUERY, watermark="2026-01-01"),
    ):
        pass


def test_the_address_is_encrypted_and_shown_without_its_password(shop):
    add(shop, "a", day=1)
    pull = make_pull()
    assert "postgresql" not in pull.sealed_url
    assert pulls.open_url(pull) == shop_url()
    assert databases.describe_place(
        "postgresql://u:secret@db.example.com/shop?sslmode=require"
    ) == ("postgresql://db.example.com/shop")


def test_a_run_that_fails_in_the_middle_keeps_the_watermark_and_repeats_no_row(shop, monkeypatch):
    monkeypatch.setattr(pulling, "BATCH_ROWS", 2)
    monkeypatch.setattr(databases, "_FETCHED_ROWS", 2)
    add(shop, "a", "b", "c", "d", day=1)
    pull = make_pull()
    Pull.objects.update(query=f"{QUERY} AND 1 / (CASE WHEN id = 'd' THEN 0 ELSE 1 END) = 1")
    failed = run()
    assert (failed.status, failed.accepted) == ("failed", 2)
    assert "division by zero" in failed.failure
    assert Pull.objects.get().watermark == "1970-01-01"
    Pull.objects.update(query=QUERY)
    again = run(NOW + timedelta(minutes=pull.every_minutes))
    assert (again.status, again.accepted) == ("finished", 4)
    assert Customer.objects.count() == Touchpoint.objects.count() == 4


def test_the_run_of_a_worker_that_died_is_failed_when_its_lease_is_over_and_runs_again(shop):
    add(shop, "a", day=1)
    make_pull()
    lost = pulling._claim(now=NOW)
    assert pulling._claim(now=NOW + timedelta(minutes=9)) is None
    run(NOW + timedelta(minutes=10))
    lost.refresh_from_db()
    assert (lost.status, lost.failure.split(".")[0]) == ("failed", "The worker died in the middle")
    pulling._run(lost, now=NOW)
    drain_inbox(now=NOW)
    assert Touchpoint.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    ["UPDATE shop.customers SET id = 'x' RETURNING id", "DELETE FROM shop.customers RETURNING id",
     "WITH d AS (DELETE FROM shop.customers RETURNING id) SELECT id FROM d",
     "SELECT lo_create(0) AS id"],
)  # fmt: skip
def test_nothing_can_be_written(shop, query):
    add(shop, "a", day=1)
    with pytest.raises((Invalid, Unavailable)):
        make_pull(query=query, watermark_column="")
    assert shop.execute("SELECT id FROM shop.customers").fetchall() == [("a",)]
    assert not Pull.objects.exists()


def test_a_query_that_takes_too_long_is_ended(shop, monkeypatch):
    monkeypatch.setattr(databases, "STATEMENT_SECONDS", 1)
    with pytest.raises(Unavailable, match="statement timeout"):
        make_pull(query="SELECT pg_sleep(30) AS id", watermark_column="")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "oracle://h/db"}, "must begin with postgresql"),
        ({"url": "nonsense"}, "Write an address"),
        ({"url": "postgresql://10.1.2.3/db"}, "private network"),
        ({"url": "postgresql://h/db?options=-c"}, "“options” cannot be set"),
        ({"url": "postgresql:///db"}, "must name its host"),
        ({"url": "postgresql:///db?host=/etc"}, "PULL_LOCAL_FOLDERS"),
        ({"url": "sqlite:////etc/passwd"}, "PULL_LOCAL_FOLDERS"),
        ({"query": "SELECT 1; SELECT 2"}, "Only one statement"),
        ({"query": "SELECT 1 AS id WHERE false"}, "finds no row"),
        ({"query": "SELECT 1 AS id"}, "The query has no column “changed”; it has id"),
        ({"watermark": ""}, "Say from where"),
        ({"every_minutes": 0}, "Choose 1 to"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(shop, changes, words):
    with pytest.raises(Invalid, match=words):
        make_pull(**changes)
    assert not Pull.objects.exists()


def test_rows_that_cannot_be_used_are_on_the_run(shop):
    add(shop, "a", day=1)
    add(shop, "b", day=1, email="nobody")
    make_pull()
    done = run()
    assert (done.accepted, done.rejected) == (1, 1)
    assert done.problems == [
        {"row": 2, "column": "email", "message": "“email” must be an e-mail address."}
    ]


def test_a_sqlite_file_is_asked_read_only_and_attaches_no_other(db, settings, tmp_path: Path):
    settings.PULL_LOCAL_FOLDERS = [str(tmp_path)]
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE customers (id TEXT, n INTEGER)")
        file.executemany("INSERT INTO customers VALUES (?, ?)", [(f"u{n}", n) for n in range(5)])
    file.close()
    changes = {"url": f"sqlite:///{path}", "watermark_column": "n", "watermark": "0",
               "mapping": people(column("id", "user_id"))}  # fmt: skip
    make_pull(query="SELECT id, n FROM customers WHERE n > :watermark", **changes)
    assert run().read == 4
    assert Pull.objects.get().watermark == "4"
    assert run(NOW + timedelta(minutes=5)).read == 0
    assert Pull.objects.get().watermark == "4"
    for query in ("DELETE FROM customers", f"ATTACH '{path}' AS other"):
        with pytest.raises((Invalid, Unavailable)):
            make_pull(query=query, **{**changes, "name": "Other"})


def test_a_second_pull_of_a_name_is_refused(shop):
    add(shop, "a", day=1)
    make_pull()
    with pytest.raises(Conflict, match="There is a pull “Shop” already"):
        make_pull()


def test_a_pull_goes_from_form_to_run_by_pages_for_admins_alone(client, owner, colleague, shop):
    add(shop, "a", day=1)
    form = {"name": "Shop", "kind": "people", "source": "Pulls", "url": shop_url(), "query": QUERY,
            "every_minutes": "5", "watermark_column": "changed", "watermark": "1970-01-01"}  # fmt: skip
    client.force_login(colleague)
    assert client.post(reverse("profiles:pull-new"), form).status_code == 403
    client.force_login(owner)
    refused = client.post(reverse("profiles:pull-new"), {**form, "query": "SELECT nothing"})
    assert refused.status_code == 422
    assert "column &quot;nothing&quot; does not exist" in refused.content.decode()
    made = client.post(reverse("profiles:pull-new"), form)
    page = client.get(made.url)
    assert "a@example.com" in page.content.decode()
    fields = page.context["form"]
    posted = {name: fields[name].initial or "" for name in fields.fields}
    assert client.post(made.url, posted).status_code == 302
    assert run(datetime.now(UTC)).accepted == 1
    key = {"key": Pull.objects.get().key}
    client.post(reverse("profiles:pull-pause", kwargs=key))
    assert pulling.run_due_pulls(now=NOW + timedelta(days=1)) == 0
    client.force_login(colleague)
    assert "Paused" in client.get(reverse("profiles:pulls")).content.decode()
    shown = client.get(reverse("profiles:pull", kwargs=key)).content.decode()
    assert "Finished" in shown
    assert client.post(reverse("profiles:pull-delete", kwargs=key)).status_code == 403
    client.force_login(owner)
    client.post(reverse("profiles:pull-delete", kwargs=key))
    assert not PullRun.objects.exists()
    assert Customer.objects.count() == 1
