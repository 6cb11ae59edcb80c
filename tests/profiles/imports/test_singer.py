"""The Singer target: records first, then their state; a real tap; bad lines; changed schemas."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from profiles.imports.rules.singer import TargetMapping
from profiles.imports.services import singer
from profiles.imports.services.singer import SingerTarget
from profiles.imports.services.uploads import find_source
from profiles.models import Customer, InboxItem, QuarantinedMessage, Touchpoint
from profiles.touchpoints.services.draining import drain_inbox
from tests.database import address_of
from tests.profiles.collecting import events_of
from tests.profiles.imports.uploading import NOW, column, events

USERS = {"type": "SCHEMA", "stream": "users", "key_properties": ["id"],
         "schema": {"properties": {"id": {}, "email": {}, "plan": {}, "_sdc_at": {}}}}  # fmt: skip


def user(id_: str, **fields: object) -> dict[str, object]:
    return {"type": "RECORD", "stream": "users", "record": {"id": id_, **fields}}


def state(value: object) -> dict[str, object]:
    return {"type": "STATE", "value": value}


def lines(*items: object) -> list[bytes]:
    return [item if isinstance(item, bytes) else json.dumps(item).encode() for item in items]


def run(*items: object, mapping: dict | None = None) -> tuple[list[str], list[str]]:
    """Take lines in; return the states and what was told."""
    states: list[str] = []
    told: list[str] = []
    chosen = TargetMapping.model_validate({"streams": mapping}) if mapping else None
    target = SingerTarget(source=find_source("Singer", now=NOW), chosen=chosen, emit=states.append,
                          tell=told.append, clock=lambda: datetime.now(UTC))  # fmt: skip
    target.take_in(lines(*items))
    drain_inbox(now=NOW)
    return states, told


@pytest.mark.django_db
def test_records_become_people_and_the_same_run_again_changes_nothing():
    tap = [USERS, user("u1", email="ada@example.com", plan="pro", _sdc_at="1"), state({"at": 1}),
           user("u2", plan=None), state({"at": 2})]  # fmt: skip
    assert run(*tap)[0] == ['{"at": 2}']
    again = [USERS, user("u1", email="ada@example.com", plan="pro", _sdc_at="2"), *tap[3:]]
    assert run(*again)[0] == ['{"at": 2}']
    ada = Customer.objects.get(traits__email="ada@example.com")
    assert ada.traits == {"email": "ada@example.com", "plan": "pro"}
    assert Touchpoint.objects.count() == Customer.objects.count() == 2


@pytest.mark.django_db
def test_a_state_comes_out_only_after_the_records_before_it_are_stored(monkeypatch):
    monkeypatch.setattr(singer, "BATCH_RECORDS", 2)
    stored_at: list[tuple[str, int]] = []
    target = SingerTarget(
        source=find_source("Singer", now=NOW), chosen=None, tell=lambda _: None,
        emit=lambda text: stored_at.append((text, _accepted())), clock=lambda: datetime.now(UTC),
    )  # fmt: skip
    target.take_in(lines(USERS, user("a1"), state(1), user("a2"), user("a3"), state(3), user("a4"),
                         user("a5"), state(5)))  # fmt: skip
    assert stored_at == [("1", 2), ("3", 4), ("5", 5)]


def _accepted() -> int:
    return sum(InboxItem.objects.values_list("message_count", flat=True))


@pytest.mark.django_db
def test_when_the_database_fails_no_state_comes_out(monkeypatch):
    def fail(*_args, **_options):
        raise OperationalError("gone")

    monkeypatch.setattr(singer, "put_into_inbox", fail)
    states: list[str] = []
    target = SingerTarget(source=find_source("Singer", now=NOW), chosen=None, emit=states.append,
                          tell=lambda _: None, clock=lambda: NOW)  # fmt: skip
    with pytest.raises(OperationalError):
        target.take_in(lines(USERS, user("a1"), state(1)))
    assert states == []


@pytest.mark.django_db
def test_bad_lines_are_named_and_quarantined_and_the_others_taken_in():
    states, told = run(USERS, b"{broken", user("u1"), [1], user("", plan="x"),
                       user("u3", email=7), {"type": "BATCH"}, state("end"))  # fmt: skip
    kept_whole = "It is in quarantine."
    assert told[1:] == [
        "Line 2: It is no JSON. It is in quarantine.",
        f"Line 4: It is no message of a Singer tap: Expected `object`, got `array`. {kept_whole}",
        "Line 5, stream “users”: No cell of the row says who it is about. It is in quarantine.",
        "Line 6, stream “users”: “email” must be an e-mail address. It is in quarantine.",
        f"Line 7: Batches in files are not taken in; switch batch_config off in the tap. {kept_whole}",
    ]
    assert states == ['"end"']
    kept = QuarantinedMessage.objects.order_by("id")
    assert [(row.reason, row.field) for row in kept] == [
        ("bad_line", ""), ("bad_line", ""), ("bad_record", ""), ("bad_record", "email"),
        ("bad_line", ""),
    ]  # fmt: skip
    assert b'"email": 7' in bytes(kept[3].body)
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_a_schema_that_changes_brings_new_traits_from_then_on():
    wider = {**USERS, "schema": {"properties": {"id": {}, "tier": {}}}}
    _, told = run(USERS, user("u1", tier="x"), wider, user("u2", tier="gold"))
    assert [row["tier"] for row in Customer.objects.values_list("traits", flat=True) if row] == [
        "gold"
    ]
    assert told[1] == "Line 3, stream “users”: Records are people: id as user id, tier as trait."


@pytest.mark.django_db
def test_a_mapping_makes_events_and_leaves_streams_out():
    mapping = {
        "orders": events(column("customer", "user_id"), column("no", "row_id"),
                         column("at", "time"), column("gone", "trait", "x"), event="Order Completed"),
        "logs": None,
    }  # fmt: skip
    schema = {"properties": {"customer": {}, "no": {}, "at": {}}}
    order = {"customer": "c1", "no": 7, "at": "2026-01-02T00:00:00Z"}
    _, told = run(
        {"type": "SCHEMA", "stream": "orders", "schema": schema},
        {"type": "SCHEMA", "stream": "logs", "schema": {}},
        {"type": "RECORD", "stream": "orders", "record": order},
        {"type": "RECORD", "stream": "orders", "record": {**order, "changed": 1}},
        {"type": "RECORD", "stream": "logs", "record": {"x": 1}},
        mapping=mapping,
    )  # fmt: skip
    assert events_of("user_id", "c1") == ["Order Completed"]
    assert told == [
        "Line 1, stream “orders”: The tap's schema does not name the mapped columns gone."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([user("u1")], "Line 1: a record of the stream “users” came before its schema"),
        ([{"type": "SCHEMA", "stream": "colors", "schema": {"properties": {"hex": {}}}}],
         "No column of the stream “colors” says who"),
    ],
)  # fmt: skip
def test_what_cannot_go_on_ends_in_words(items, words):
    with pytest.raises(CommandError, match=words):
        call_command("singer_target", lines=lines(*items))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "cannot be read"), ("{", "Invalid JSON"), ('{"streams": {"a": {"kind": "people"}}}',
                                                       "streams.a.columns: Field required")],
)  # fmt: skip
def test_a_mapping_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, text, words):
    path = tmp_path / "mapping.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError, match=words):
        call_command("singer_target", mapping=path, lines=[])


@pytest.fixture(scope="session")
def tap(tmp_path_factory) -> Path:
    """A tap as it is published, in an environment of its own."""
    folder = tmp_path_factory.mktemp("tap")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
               "tap-jsonl==0.3.1"]  # fmt: skip
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode and ("connection" in made.stderr or "No matching" in made.stderr):
        pytest.skip("The package registry cannot be reached, so there is no real tap to test with.")
    assert made.returncode == 0, made.stderr
    return folder / "bin" / "tap-jsonl"


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
def test_a_real_tap_is_taken_in_by_the_command_through_a_pipe(tap: Path, tmp_path: Path):
    rows = [{"id": f"t{n}", "email": f"t{n}@example.com", "score": n} for n in range(2_500)]
    (tmp_path / "users.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"path": str(tmp_path / "users.jsonl"), "stream_name": "users",
                                  "primary_keys": ["id"]}))  # fmt: skip
    env = {**os.environ, "DATABASE_URL": address_of(connection.settings_dict["NAME"]),
           "DJANGO_SETTINGS_MODULE": "mcps_site.settings.test"}  # fmt: skip
    for _ in range(2):
        source = subprocess.Popen([str(tap), "--config", str(config)], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, cwd=tmp_path)  # fmt: skip
        target = subprocess.run(
            [sys.executable, str(Path(settings.BASE_DIR, "manage.py")), "singer_target"],
            stdin=source.stdout, capture_output=True, text=True, env=env, check=False,
        )  # fmt: skip
        source.stdout.close()
        assert source.wait() == 0
        assert target.returncode == 0, target.stderr
        assert "2,500 records were taken in, 0 are in quarantine" in target.stderr
        states = [json.loads(line) for line in target.stdout.splitlines()]
        assert states
        drain_inbox(now=datetime.now(UTC))
    assert "users" in json.dumps(states[-1])
    assert Customer.objects.count() == Touchpoint.objects.count() == 2_500
    scores = Customer.objects.values_list("traits__score", flat=True)
    assert sorted(scores) == list(range(2_500))
