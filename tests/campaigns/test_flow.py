"""The way round: an event comes in, a mail goes out over SMTP, a click comes back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from campaigns.deliveries import queries
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts
from profiles.contracts import IdentityRef
from profiles.facade import create_segment, identify_customer, publish_segment, record_consent
from profiles.touchpoints.models import Touchpoint
from tests.campaigns.builders import MJML, entry, make_template, publish
from tests.campaigns.channels.smtp_server import MailServer

pytestmark = pytest.mark.django_db

IS_LAPSED = {
    "version": 1,
    "root": {
        "kind": "group",
        "match": "all",
        "rules": [
            {
                "kind": "trait",
                "key": "status",
                "test": {"type": "text", "operator": "is", "values": ["lapsed"]},
            }
        ],
    },
}


def test_a_person_who_enters_the_segment_gets_the_mail_and_their_click_is_a_touchpoint(
    client, settings
):
    now = timezone.now()
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        segment = create_segment("Lapsed", rule=IS_LAPSED, now=now)
        publish_segment(segment.id, now=now)
        template = make_template(source=MJML)
        publish(
            entry({"kind": "segment_entered", "segment_id": segment.id}, next_="mail"),
            {"id": "mail", "type": "send", "template": str(template.key), "next": "out"},
            {"id": "out", "type": "exit"},
            now=now,
        )
        ada = IdentityRef(kind="email", value="ada@example.com")
        person = identify_customer(
            ada,
            traits={"first_name": "Ada", "status": "lapsed", "email": "ada@example.com"},
            now=now,
        )
        record_consent(person, channel="email", state="granted", source="form", now=now)
        drain_facts(now)
        advance_all(now=now)
        for shard in queries.list_due_shards(now=now):
            send_shard(shard, now=now)
        drain_facts(now)
        [mail] = server.mails
    assert mail["To"] == "ada@example.com"
    assert mail["Subject"] == "Ada, come back"
    page = mail.get_body(("html",)).get_content()
    link = re.search(rf'href="({re.escape(settings.PUBLIC_URL)}/e/c/[^"]+)"', page)[1]
    browser = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    with time_machine.travel(now + timedelta(minutes=1)):
        answer = client.get(link.removeprefix(settings.PUBLIC_URL), headers=browser)
    assert answer["Location"] == "https://shop.example/new?a=1&b=2"
    drain_facts(now)
    told = Touchpoint.objects.filter(customer_id=person, type=7).order_by("id")
    assert list(told.values_list("event__name", flat=True)) == [
        "Message Sent",
        "Email Link Clicked",
    ]
