"""Consent: one gate in SQL and in memory, and a ledger that cannot be rewritten."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kernel.errors import Invalid
from profiles import facade
from profiles.consent.services import release_address
from profiles.contracts import IdentityRef
from profiles.customers.models import Merge
from profiles.identities.services.merging import merge_people
from profiles.models import Consent, ConsentEntry, Suppression
from tests.profiles.consent.asking import ask_gate

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def person(name, **traits):
    return facade.identify_customer(IdentityRef(kind="user_id", value=name), traits=traits, now=NOW)


def say(customer, state, *, channel="email", topic="", address="", now=NOW):
    return facade.record_consent(
        customer,
        channel=channel,
        topic=topic,
        state=state,
        address=address,
        source="form",
        text_version="2026-1",
        proof={"form": "footer"},
        now=now,
    )


def reason(customer, *, channel="email", topic="news"):
    return ask_gate(customer, channel=channel, topic=topic)


def test_without_a_statement_nobody_may_be_contacted():
    assert reason(person("ada", email="ada@example.com")) == "no_consent"


def test_without_an_address_consent_is_of_no_use():
    ada = person("ada")
    say(ada, "granted")
    assert reason(ada) == "no_address"
    assert reason(ada, channel="webhook") == "no_consent"


@pytest.mark.parametrize(
    ("whole", "topic", "expected"),
    [
        ("granted", None, "allowed"),
        (None, "granted", "allowed"),
        ("withdrawn", "granted", "consent_withdrawn"),
        ("granted", "withdrawn", "consent_withdrawn"),
        ("never", "granted", "allowed"),
        ("granted", "never", "no_consent"),
        ("never", None, "no_consent"),
    ],
)
def test_the_topic_speaks_before_the_channel_except_that_a_whole_withdrawal_wins(
    whole, topic, expected
):
    ada = person("ada", email="ada@example.com")
    for state, about in ((whole, ""), (topic, "news")):
        if state:
            say(ada, state, topic=about)
    assert reason(ada) == expected


def test_consent_belongs_to_the_address():
    ada = person("ada", email="ada@example.com")
    say(ada, "granted", address="old@example.com")
    assert reason(ada) == "no_consent"
    say(ada, "granted", address="ada@example.com")
    assert reason(ada) == "allowed"


def test_a_suppressed_address_is_never_written_to_until_it_is_released():
    ada = person("ada", email="ada@example.com")
    say(ada, "granted")
    assert facade.suppress_address("email", "ada@example.com", reason="hard_bounce", now=NOW)
    assert not facade.suppress_address("email", "ada@example.com", reason="complaint", now=NOW)
    assert reason(ada) == "suppressed"
    assert release_address("email", "ada@example.com", source="support", now=NOW)
    assert reason(ada) == "allowed"
    assert Suppression.objects.get().reason == "hard_bounce"
    states = ConsentEntry.objects.order_by("id").values_list("state", "source")
    assert list(states) == [
        ("granted", "form"),
        ("suppressed", "hard_bounce"),
        ("released", "support"),
    ]


def test_the_newest_statement_holds_and_an_older_one_only_joins_the_ledger():
    ada = person("ada", email="ada@example.com")
    say(ada, "withdrawn", now=NOW)
    say(ada, "granted", now=NOW - DAY)
    assert reason(ada) == "consent_withdrawn"
    assert ConsentEntry.objects.count() == 2
    say(ada, "granted", now=NOW + DAY)
    assert reason(ada) == "allowed"


@pytest.mark.parametrize(
    ("field", "values"),
    [("state", {"state": "maybe"}), ("channel", {"channel": ""}), ("source", {"source": ""})],
)
def test_a_statement_without_its_parts_is_refused(field, values):
    ada = person("ada")
    parts = {"channel": "email", "state": "granted", "source": "form"} | values
    with pytest.raises(Invalid) as caught:
        facade.record_consent(ada, **parts, now=NOW)
    assert caught.value.field == field
    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda entry: entry.delete(),
        lambda entry: ConsentEntry.objects.filter(pk=entry.pk).update(state="withdrawn"),
    ],
    ids=["delete", "update"],
)
def test_the_ledger_refuses_to_be_rewritten(rewrite):
    say(person("ada"), "granted")
    entry = ConsentEntry.objects.get()
    with transaction.atomic(), pytest.raises(IntegrityError, match="append-only"):  # noqa: SIM117
        with transaction.atomic():
            rewrite(entry)
    assert ConsentEntry.objects.get().state == "granted"


def test_when_people_become_one_the_stricter_statement_holds():
    ada, other = person("ada", email="ada@example.com"), person("other")
    say(ada, "granted", topic="news")
    say(other, "withdrawn", topic="news", now=NOW - DAY)
    say(other, "granted", channel="webhook")
    merge_people([(ada, other)], kind=Merge.Kind.EXPLICIT, reason="same person", now=NOW)
    assert reason(ada) == "consent_withdrawn"
    assert reason(ada, channel="webhook", topic="") == "allowed"
    assert not Consent.objects.filter(customer_id=other).exists()
    entries = ConsentEntry.objects.order_by("id").values_list("customer_id", "recorded_for")
    assert list(entries) == [(ada, ada), (ada, other), (ada, other)]
