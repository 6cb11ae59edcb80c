"""Exporting a person in full, and erasing them so that nothing comes back."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from campaigns.deliveries.models import DeliveryEvent
from kernel.audit.models import AuditEntry
from kernel.errors import Invalid
from kernel.testing.facts import drain_facts
from profiles import facade
from profiles.contracts import CustomerId, IdentityRef
from profiles.customers.services import erase_customers, export_customer, sweep_erased
from profiles.identities.queries import find_links
from profiles.identities.services.erasing import lift_tombstone
from profiles.models import (
    Consent,
    Customer,
    Identity,
    Merge,
    QuarantinedMessage,
    Segment,
    SegmentMember,
    Suppression,
    Tombstone,
    Touchpoint,
)
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.explicit_merges import merge_explicitly
from profiles.touchpoints.services.replaying import replay_quarantined
from tests.campaigns.builders import entry, make_template, plan, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, let_in
from tests.profiles.collecting import Sender
from tests.referrals.world import advocate, live_program, refer

NOW = datetime.now(UTC)
MARK = "zebrafish"
SAY = {"actor": "user:1", "reason": "Request 17"}
MAIL = f"{MARK}@example.com"


def person(user: str) -> int:
    return Identity.objects.get(kind="user_id", value=user).customer_id


def seed(sender: Sender) -> int:
    """Leave marks of one person wherever something about people is stored; return their id."""
    message = {"userId": f"{MARK}-1", "anonymousId": f"{MARK}-device", "context": {"page": MARK}}
    sender.deliver(
        {"type": "identify", "traits": {"email": MAIL, "name": f"{MARK} trait", "phone": "+436601234567"}, **message},
        {"type": "track", "event": "Bought", "properties": {"note": f"{MARK} property"}, **message},
        {"type": "identify", "userId": f"{MARK}-2", "traits": {"nick": f"{MARK} nick"}},
        {"type": "track", "userId": f"{MARK}-1", "properties": {"text": f"{MARK} refused"}},
        {"type": "identify", "userId": "bystander", "traits": {"name": "Stays"}},
    )  # fmt: skip
    one = person(f"{MARK}-1")
    merge_explicitly(
        winner_id=one,
        loser_id=person(f"{MARK}-2"),
        reason=f"{MARK} said so",
        actor="user:1",
        now=NOW,
    )
    facade.record_consent(
        CustomerId(one), channel="email", state="granted", source="form", address=MAIL, proof={"text": f"{MARK} proof"},
        now=NOW,
    )  # fmt: skip
    facade.suppress_address("email", MAIL, reason="complaint", now=NOW)
    known = {"kind": "trait", "key": "name", "test": {"type": "presence", "operator": "present"}}
    rule = {"root": {"match": "all", "rules": [known]}}
    segment = facade.create_segment("Named", rule=rule, now=NOW)
    facade.publish_segment(segment.id, now=NOW)
    customer = Customer.objects.get(id=one)
    let_in(
        publish(entry(BOUGHT, next_="pause"), WAIT, OUT),
        customer,
        ctx={"event": {"a": f"{MARK} ctx"}},
    )
    delivery = plan(customer, make_template(), address=MAIL, ctx={"a": f"{MARK} values"})
    DeliveryEvent.objects.create(
        delivery=delivery, kind="clicked", at=NOW, key="k", raw={"url": f"https://x/?{MARK}=click"}
    )
    program = live_program()
    referral = refer(
        program, advocate(program, "bystander"), f"{MARK}-1", at=NOW - timedelta(days=1)
    )
    type(referral).objects.filter(pk=referral.pk).update(order_key=f"{MARK}-order")
    drain_facts(NOW)
    return one


def marks() -> list[str]:
    """Return every column of every table in which the mark stands, in any form of text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
        for table, column, kind in cursor.fetchall():
            text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {text} ILIKE %s', [f"%{MARK}%"])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return sorted(found)


def test_an_erased_person_is_in_no_column_of_any_table(sender):
    one = seed(sender)
    before = marks()
    assert {"profiles_quarantine.body", "profiles_customer.traits", "profiles_merge.reason",
            "profiles_consent_entry.proof", "profiles_suppression.address", "campaigns_enrollment.ctx",
            "campaigns_delivery.address", "campaigns_delivery_event.raw", "profiles_identity.value",
            "profiles_touchpoint.properties", "referrals_referral.order_key"} <= set(before)  # fmt: skip
    erase_customers([one], **SAY, now=NOW)
    assert marks() == []
    assert not Touchpoint.objects.filter(customer_id=one).exists()
    assert not Consent.objects.filter(customer_id=one).exists()
    assert not Suppression.objects.exists()
    assert not SegmentMember.objects.filter(customer_id=one).exists()
    assert Tombstone.objects.count() == 8
    stubs = Customer.objects.exclude(erased_at=None)
    found = stubs.order_by("id").values_list("traits", "merged_into_id")
    assert list(found) == [({}, None), ({}, one)]
    entry = AuditEntry.objects.get(verb="erased")
    assert (entry.actor, entry.object_id, entry.after) == (
        "user:1",
        str(one),
        {"reason": "Request 17"},
    )


def test_others_keep_everything(sender):
    one = seed(sender)
    erase_customers([one], **SAY, now=NOW)
    other = Customer.objects.get(id=person("bystander"))
    assert (other.traits["name"], other.erased_at) == ("Stays", None)
    assert Touchpoint.objects.filter(customer_id=other.id).exists()
    assert SegmentMember.objects.filter(customer_id=other.id).count() == 1
    assert Segment.objects.get().member_count == 1


def test_an_export_holds_every_mark(sender):
    text = json.dumps(export_customer(seed(sender), actor="user:1", now=NOW))
    for mark in ("trait", "property", "nick", "said so", "proof", "ctx", "values"):
        assert f"{MARK} {mark}" in text
    for mark in (
        f"{MARK}-1",
        f"{MARK}-2",
        f"{MARK}-device",
        MAIL,
        f"{MARK}=click",
        f"{MARK}-order",
        "Named",
    ):
        assert mark in text
    assert AuditEntry.objects.filter(verb="exported").count() == 1


@pytest.mark.parametrize(
    "message",
    [
        {"type": "identify", "userId": "new", "traits": {"email": MAIL.upper()}},
        {"type": "track", "event": "Bought", "anonymousId": f"{MARK}-device", "properties": {"x": MARK}},
        {"type": "track", "event": "Bought", "userId": f"{MARK}-2"},
        {"type": "alias", "userId": "bystander", "previousId": f"{MARK}-1"},
    ],
)  # fmt: skip
def test_later_events_of_an_erased_person_are_refused_without_personal_data(sender, message):
    erase_customers([seed(sender)], **SAY, now=NOW)
    QuarantinedMessage.objects.all().delete()
    done = sender.deliver(message, {"type": "track", "event": "Bought", "userId": "bystander"})
    assert (done.stored, done.quarantined) == (1, 1)
    kept = QuarantinedMessage.objects.get()
    assert (kept.reason, bytes(kept.body)) == ("erased_person", b"")
    assert marks() == []
    assert replay_quarantined(actor="user:1", now=NOW) == (0, 0)


def test_a_message_that_waits_in_the_inbox_is_refused_too(sender):
    one = seed(sender)
    sender.send({"type": "track", "event": "Bought", "userId": f"{MARK}-1"})
    erase_customers([one], **SAY, now=NOW)
    drain_inbox(now=NOW)
    assert marks() == []


def test_tombstones_hold_after_the_secret_key_was_changed(sender, settings):
    erase_customers([seed(sender)], **SAY, now=NOW)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert sender.deliver({"type": "track", "event": "B", "userId": f"{MARK}-1"}).quarantined == 1


def test_a_page_that_identifies_an_erased_person_is_told_nothing_of_it(sender):
    erase_customers([seed(sender)], **SAY, now=NOW)
    with pytest.raises(Invalid) as refused:
        facade.identify_customer(IdentityRef(kind="email", value=MAIL), traits={}, now=NOW)
    assert "erased" not in refused.value.message


def test_a_lifted_tombstone_lets_the_person_come_back_without_a_past(sender):
    one = seed(sender)
    erase_customers([one], **SAY, now=NOW)
    ref = IdentityRef(kind="email", value=MAIL)
    assert lift_tombstone(ref, actor="user:1", now=NOW) is True
    assert lift_tombstone(ref, actor="user:1", now=NOW) is False
    assert facade.identify_customer(ref, traits={}, now=NOW) != one


def test_what_a_batch_stored_in_the_moment_of_erasing_is_swept(sender):
    one = seed(sender)
    erase_customers([one], **SAY, now=NOW)
    Identity.objects.create(customer_id=one, kind="user_id", value="late", source_id=1,
                            first_seen_at=NOW, last_seen_at=NOW)  # fmt: skip
    assert sweep_erased(now=NOW) == 1
    assert sweep_erased(now=NOW) == 0
    assert find_links([("user_id", "late")]) == ({}, {})
    assert sender.deliver({"type": "track", "event": "B", "userId": "late"}).quarantined == 1


def test_erasing_twice_changes_nothing_and_needs_a_reason(sender):
    one = seed(sender)
    with pytest.raises(Invalid):
        erase_customers([one], actor="user:1", reason=" ", now=NOW)
    loser = Merge.objects.get().loser_id
    assert erase_customers([loser], **SAY, now=NOW) == [one]
    assert erase_customers([one], **SAY, now=NOW) == []
