"""One real mail as a server takes it: its headers, its parts, and leaving in one click."""

import pytest
from django.conf import settings
from django.test import Client

from campaigns.deliveries.services.send import send_shard
from profiles.consent.models import Consent
from tests.campaigns.builders import NOW, make_customer, make_sender, make_template, plan
from tests.campaigns.channels.smtp_server import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(db, caplog):
    caplog.set_level("WARNING", logger="mail.log")
    with MailServer() as server:
        make_sender("Sink", kind="smtp", host="127.0.0.1", port=server.port)
        delivery = plan(make_customer("Zoë"), make_template(topic="news"))
        send_shard(delivery.customer_id % 16, now=NOW)
    [mail] = server.mails
    return delivery, mail


def test_a_marketing_mail_has_the_headers_and_parts_that_servers_ask_for(sent):
    delivery, mail = sent
    assert mail["Message-ID"] == f"<{delivery.key.hex}@shop.example>"
    assert mail["Date"].datetime == NOW
    assert mail["Subject"] == "Zoë, come back"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].strip().startswith(f"<{settings.PUBLIC_URL}/e/u/")
    assert mail.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content_charset()) for part in mail.iter_parts()]
    assert parts == [("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert all("Zoë" in part.get_content() for part in mail.iter_parts())


def test_its_one_click_address_withdraws_consent_without_cookies_or_a_log_in(sent):
    delivery, mail = sent
    path = mail["List-Unsubscribe"].strip(" <>").removeprefix(settings.PUBLIC_URL)
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    assert not Consent.objects.filter(customer=delivery.customer, state="withdrawn").exists()
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    state = Consent.objects.get(customer=delivery.customer, topic="news")
    assert (state.channel, state.state) == ("email", "withdrawn")
