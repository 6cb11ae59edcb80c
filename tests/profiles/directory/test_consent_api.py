"""The REST API of consent."""

from datetime import UTC, datetime

import pytest

from kernel.access.roles import Role
from kernel.audit.models import AuditEntry
from profiles.consent.models import Consent, ConsentEntry, OptIn, Suppression
from profiles.consent.topics import create_topic
from profiles.models import Customer
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller

YES = {"channel": "email", "state": "granted", "said_in": "till", "proof": {"receipt": "17"}}


@pytest.fixture
def path(sender: Sender) -> str:
    sender.deliver({"type": "identify", "userId": "u1", "traits": {"email": "ada@example.com"}})
    return f"customers/{Customer.objects.get().key}/consents/"


def test_a_statement_is_recorded_once_and_listed_with_its_proof(path):
    editor = Caller(Role.EDITOR)
    for _ in range(2):
        answer = editor.ask(path, "post", YES, **{"Idempotency-Key": "a"})
        assert (answer.status_code, answer.json()) == (201, {"state": "granted"})
    assert Consent.objects.get().state == "granted"
    [entry] = editor.ask(path).json()["results"]
    assert (entry["said_in"], entry["proof"], entry["topic"]) == ("till", {"receipt": "17"}, "")


def test_asking_opens_a_question_and_gives_no_consent(path):
    editor = Caller(Role.EDITOR)
    asked = {**YES, "state": "requested"}
    states = [editor.ask(path, "post", asked).json()["state"] for _ in range(2)]
    assert states == ["requested", "already asked or given"]
    assert OptIn.objects.count() == 1
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("state", "maybe"), ("channel", "E Mail"), ("said_in", "")]
)
def test_a_wrong_part_is_named(path, field, value):
    answer = Caller(Role.EDITOR).ask(path, "post", {**YES, field: value})
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [field]
    assert not ConsentEntry.objects.exists()


def test_viewers_read_masked_addresses_and_record_nothing(path):
    Caller(Role.EDITOR).ask(path, "post", {**YES, "address": "ada@example.com"})
    viewer = Caller(Role.VIEWER)
    [entry] = viewer.ask(path).json()["results"]
    assert entry["address"] == "a•••@example.com"
    assert viewer.ask(path, "post", YES).status_code == 403


def test_addresses_are_suppressed_and_released_on_the_audit_log(path):
    publisher = Caller(Role.PUBLISHER)
    address = {"channel": "email", "address": "Ada@example.com", "reason": "asked by phone"}
    change = "suppressions/change/"
    assert publisher.ask(change, "post", address).json() == {"changed": True}
    assert publisher.ask(change, "post", address).json() == {"changed": False}
    [row] = publisher.ask("suppressions/").json()["results"]
    assert (row["address"], row["reason"]) == ("ada@example.com", "asked by phone")
    assert publisher.ask(change, "put", address).json() == {"changed": True}
    assert Suppression.objects.get().released_at
    trail = AuditEntry.objects.filter(object_type="suppression").order_by("id")
    assert list(trail.values_list("verb", flat=True)) == ["suppressed", "released"]
    assert "ada@" not in str(list(trail.values()))
    assert Caller(Role.EDITOR).ask(change, "post", address).status_code == 403


def test_topics_are_listed(path):
    create_topic("news", name="News", description="", actor="command:test", now=datetime.now(UTC))
    [topic] = Caller(Role.VIEWER).ask("consent-topics/").json()["results"]
    assert (topic["key"], topic["name"]) == ("news", "News")
