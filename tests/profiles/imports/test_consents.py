"""Consent that comes with the rows of a file: proven by the row, never newer than it was said."""

import pytest

from kernel.testing.facts import drain_facts
from profiles.facade import record_consent
from profiles.models import Consent, ConsentEntry, Identity
from tests.profiles.imports.uploading import NOW, column, people, problems, send, take_in

pytestmark = pytest.mark.django_db

WIDE = people(
    column("id", "user_id"), column("at", "time"), column("mail", "consent", "email"),
    column("news", "consent", "email/news"), column("text", "consent_text"),
)  # fmt: skip
WIDE_CSV = """id,at,mail,news,text
1,2026-01-02,yes,withdrawn,v1
2,2026-01-02,,never,
3,2026-01-02,perhaps,yes,v1
4,,yes,,v1
"""
LONG = people(
    column("id", "user_id"), column("at", "time"), column("state", "consent"),
    column("channel", "consent_channel"), column("topic", "consent_topic"),
)  # fmt: skip
LONG_CSV = """id,at,state,channel,topic
1,2026-01-02,granted,email,
1,2026-01-03,granted,SMS,news
2,2026-01-02,yes,,
2,2026-01-02,no,email,two words
"""


def entries(user):
    one = Identity.objects.get(kind="user_id", value=user).customer_id
    rows = ConsentEntry.objects.filter(customer_id=one).order_by("channel", "topic")
    return [(row.channel, row.topic, row.state, row.text_version, row.source) for row in rows]


def test_columns_named_by_channel_and_topic_become_statements_proven_by_their_row():
    upload = send(WIDE_CSV, WIDE)
    assert problems(upload) == [
        (3, "mail", "“mail” must be granted, withdrawn, never, yes or no."),
        (4, "", "The row says no time at which the consent was given."),
    ]
    assert not ConsentEntry.objects.exists()
    take_in(upload)
    drain_facts(NOW)
    assert entries("1") == [
        ("email", "", "granted", "v1", "import"), ("email", "news", "withdrawn", "v1", "import"),
    ]  # fmt: skip
    assert entries("2") == [("email", "news", "never", "", "import")]
    proofs = ConsentEntry.objects.order_by("id").values_list("proof", flat=True)
    assert [(proof["upload"], proof["row"]) for proof in proofs] == [
        (str(upload.key), 1), (str(upload.key), 1), (str(upload.key), 2),
    ]  # fmt: skip


def test_channel_and_topic_may_stand_in_each_row():
    upload = take_in(send(LONG_CSV, LONG))
    drain_facts(NOW)
    assert (upload.accepted, upload.rejected) == (2, 2)
    assert entries("1") == [("email", "", "granted", "", "import"),
                            ("sms", "news", "granted", "", "import")]  # fmt: skip


def test_an_old_list_does_not_undo_what_somebody_said_since():
    take_in(send("id,at\n1,2026-01-01\n", people(column("id", "user_id"), column("at", "time"))))
    one = Identity.objects.get(value="1").customer_id
    record_consent(one, channel="email", topic="", state="withdrawn", address="", source="page",
                   text_version="", proof={}, now=NOW)  # fmt: skip
    take_in(send(WIDE_CSV, WIDE))
    drain_facts(NOW)
    assert Consent.objects.get(customer_id=one, channel="email", topic="").state == "withdrawn"
