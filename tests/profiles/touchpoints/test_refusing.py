"""Messages that cannot be stored stay out one by one; the rest of their batch goes in as a set."""

import json
import threading
import time
from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest
from django.db import connection, transaction

from kernel.sql import SqlFile
from kernel.testing.racing import run_together
from profiles.contracts import CustomerId, IdentityRef
from profiles.customers.services import erase_customers
from profiles.identities.services.erasing import lift_tombstone
from profiles.models import Identity, MessageLedger, QuarantinedMessage, Touchpoint
from profiles.touchpoints import queries
from profiles.touchpoints.rules.messages import make_message_id
from profiles.touchpoints.services.accepting import accept_request, check_request
from profiles.touchpoints.services.draining import Drained, drain_inbox
from profiles.touchpoints.services.sources import create_source
from tests.profiles.collecting import Sender

NOW = datetime.now(UTC)


def view(number: int, user: str, **more: object) -> dict[str, object]:
    return {"type": "track", "event": "Viewed", "messageId": f"m{number}", "userId": user} | more


def erase(user: str) -> None:
    person = Identity.objects.get(kind="user_id", value=user).customer_id
    erase_customers([CustomerId(person)], actor="user:1", reason="Request 17", now=NOW)


@pytest.fixture
def statements(monkeypatch):
    """Return the names of the set statements that were run."""
    names: list[str] = []
    text = SqlFile.text

    def noted(self: SqlFile, name: str) -> str:
        names.append(name)
        return text(self, name)

    monkeypatch.setattr(SqlFile, "text", noted)
    return names


def test_an_erased_person_costs_a_batch_one_more_round_not_one_for_each_event(
    sender: Sender, statements: list[str]
):
    sender.deliver(view(0, "gone"))
    erase("gone")
    sender.send(*[view(n, "gone" if n in {7, 300} else f"u{n}") for n in range(1, 401)])
    statements.clear()
    assert drain_inbox(now=NOW) == Drained(requests=1, stored=398, duplicates=0, quarantined=2)
    assert statements.count("find_links") == 2
    assert statements.count("insert_identities") == 1
    assert set(QuarantinedMessage.objects.values_list("reason", "field", "body")) == {
        ("erased_person", "user_id", b"")
    }
    assert Touchpoint.objects.count() == 398
    assert MessageLedger.objects.count() == 1 + 398


def test_a_message_refused_for_an_erased_person_is_stored_once_the_person_is_back(sender: Sender):
    sender.deliver(view(0, "gone"))
    erase("gone")
    assert sender.deliver(view(1, "gone"), view(2, "stays")).quarantined == 1
    assert lift_tombstone(IdentityRef(kind="user_id", value="gone"), actor="user:1", now=NOW)
    assert sender.deliver(view(1, "gone")) == Drained(
        requests=1, stored=1, duplicates=0, quarantined=0
    )


def test_one_value_that_postgresql_refuses_costs_halves_not_one_round_for_each_event(
    sender: Sender, statements: list[str]
):
    bodies = [msgspec.json.encode(view(n, f"u{n}")).decode() for n in range(256)]
    bodies[99] = json.dumps(view(99, "u99"))[:-1] + ', "properties": {"p": 1e400000}}'
    sender.client.post(
        "/v1/batch", content=f'{{"batch":[{",".join(bodies)}]}}', auth=(sender.write_key, "")
    )
    assert drain_inbox(now=NOW) == Drained(requests=1, stored=255, duplicates=0, quarantined=1)
    assert QuarantinedMessage.objects.get().message_id.bytes == make_message_id(
        sender.source_id, "m99"
    )
    # All together, then at most two parts of each of the eight sizes.
    assert statements.count("find_links") <= 2 + 2 * 8


def test_a_number_too_large_in_an_events_context_is_refused_by_name_beside_good_events(
    sender: Sender,
):
    bad = json.dumps(view(1, "u1"))[:-1] + ', "context": {"size": 1e999}}'
    body = f'{{"batch":[{bad},{json.dumps(view(2, "u2"))}],"context":{{"app":"shop"}}}}'
    sender.client.post("/v1/batch", content=body, auth=(sender.write_key, ""))
    assert drain_inbox(now=NOW) == Drained(requests=1, stored=1, duplicates=0, quarantined=1)
    row = QuarantinedMessage.objects.get()
    assert (row.reason, row.field) == ("wrong_type", "context")


def test_a_number_too_large_in_the_context_of_a_batch_becomes_null_and_stops_nothing(
    sender: Sender,
):
    body = f'{{"batch":[{json.dumps(view(2, "u2"))}],"context":{{"app":"shop","size":-1e999}}}}'
    sender.client.post("/v1/batch", content=body, auth=(sender.write_key, ""))
    assert drain_inbox(now=NOW) == Drained(requests=1, stored=1, duplicates=0, quarantined=0)
    context = Touchpoint.objects.get().context
    assert (context["app"], context["size"]) == ("shop", None)


@pytest.mark.django_db(transaction=True)
def test_two_writers_with_the_same_new_messages_enter_each_once():
    ids = [make_message_id(1, str(number)) for number in range(600)]
    found = run_together(
        *[partial(queries.claim_messages, ids[start : start + 400], now=NOW) for start in (0, 200)]
    )
    assert MessageLedger.objects.count() == 600
    assert sum(400 - len(known) for known in found) == 600
    assert set().union(*found) == set(ids[200:400])


@pytest.mark.django_db(transaction=True)
def test_people_are_locked_before_their_identifiers_so_that_two_writers_do_not_deadlock():
    source, _ = create_source("Shop", now=NOW)

    def accept(message_id: str, at: str, **traits: str) -> None:
        message = {"type": "identify", "messageId": message_id, "userId": "u1", "anonymousId": "a1",
                   "traits": traits, "timestamp": at}  # fmt: skip
        body = check_request(msgspec.json.encode({"batch": [message]}), route="batch")
        accept_request(body, source_id=source.id, route="batch", ip=None, now=NOW)

    accept("m1", "2026-01-01T00:00:00Z", plan="free")
    drain_inbox(now=NOW)
    accept("m2", "2026-01-09T00:00:00Z", plan="pro")
    person_is_locked = threading.Event()

    def hold_the_person() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM profiles_customer FOR UPDATE")
            person_is_locked.set()
            until = time.monotonic() + 30
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
            while cursor.execute(waiting).fetchone()[0] == 0 and time.monotonic() < until:
                time.sleep(0.01)
            cursor.execute("SELECT kind FROM profiles_identity ORDER BY id FOR UPDATE NOWAIT")
            return ",".join(sorted(row[0] for row in cursor.fetchall()))

    def drain() -> Drained:
        assert person_is_locked.wait(timeout=30)
        return drain_inbox(now=NOW)

    held, done = run_together(hold_the_person, drain)

    assert held == "anonymous_id,user_id"
    assert done == Drained(requests=1, stored=1, duplicates=0, quarantined=0)
    linked = Identity.objects.get(kind="anonymous_id")
    assert linked.linked_at == datetime(2026, 1, 9, tzinfo=UTC)
    assert linked.customer.traits == {"plan": "pro"}


def test_doubles_in_a_batch_behind_one_without_any_are_no_news_even_if_they_cannot_be_used_now(
    sender: Sender,
):
    sender.deliver(view(0, "u0"), view(1, "u1"))
    for number in range(2, 52):  # A whole first batch, after which the drain looks no more ahead.
        sender.send(view(number, f"u{number}"))
    sender.send(view(0, "u0"), view(1, "u1", type="unknown"), view(52, "u52"))
    assert drain_inbox(now=NOW) == Drained(requests=51, stored=51, duplicates=2, quarantined=0)
    assert not QuarantinedMessage.objects.exists()
