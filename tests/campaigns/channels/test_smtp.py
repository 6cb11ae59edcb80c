from uuid import UUID

import pytest

from campaigns.channels.providers.smtp.provider import SmtpConfig, SmtpProvider
from campaigns.contracts import SendOutcome
from tests.campaigns.builders import NOW, key
from tests.campaigns.channels.provider_contract import ProviderContract, make_message
from tests.campaigns.channels.smtp_server import MailServer


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


class TestSmtp(ProviderContract):
    provider = SmtpProvider()

    def config(self, server):
        return SmtpConfig(host="127.0.0.1", port=server.port)

    def received(self, server):
        return [UUID(hex=mail["Message-ID"].strip("<>").partition("@")[0]) for mail in server.mails]

    def refuse(self, server, number, *, permanently):
        server.refusals[f"p{number}@example.com"] = "550 no" if permanently else "451 later"


def send(server, message):
    config = SmtpConfig(host="127.0.0.1", port=server.port, timeout_seconds=2)
    return SmtpProvider().send([message], config=config, now=NOW)[0]


def test_a_mail_carries_its_headers_and_both_parts(server):
    html = "<p>Grüße</p>\n.\n" + "x" * 2000
    message = make_message(
        7,
        subject="Grüße für Ada",
        html=html,
        text="Grüße\n.\nEnde",
        from_name="Läden & Co",
        reply_to="answers@shop.example",
        headers={
            "List-Unsubscribe": "<https://m.example/u/t>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    assert send(server, message).provider_id == f"<{key(7).hex}@shop.example>"
    mail = server.mails[0]
    assert mail["Subject"] == "Grüße für Ada"
    assert mail["From"].addresses[0].display_name == "Läden & Co"
    assert mail["From"].addresses[0].addr_spec == "shop@shop.example"
    assert mail["Message-ID"] == f"<{key(7).hex}@shop.example>"
    assert mail["Date"].datetime == NOW
    assert mail["Reply-To"] == "answers@shop.example"
    assert mail["List-Unsubscribe"] == "<https://m.example/u/t>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content() == "Grüße\r\n.\r\nEnde"
    assert mail.get_body(("html",)).get_content().splitlines() == html.splitlines()
    assert max(map(len, mail.as_bytes().splitlines())) < 998


def test_a_connection_lost_after_the_data_is_uncertain_and_before_it_is_not(server):
    server.breaks_after_data = True
    assert send(server, make_message(1)).outcome is SendOutcome.UNCERTAIN
    server.breaks_after_data, server.breaks_before_data = False, True
    assert send(server, make_message(2)).outcome is SendOutcome.RETRY
    assert [mail["To"] for mail in server.mails] == ["p1@example.com"]


def test_a_server_that_is_away_may_come_back():
    config = SmtpConfig(host="127.0.0.1", port=1, timeout_seconds=1)
    results = SmtpProvider().send([make_message(1), make_message(2)], config=config, now=NOW)
    assert [result.outcome for result in results] == [SendOutcome.RETRY, SendOutcome.RETRY]


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: x@y.example", "a@@b"])
def test_an_address_cannot_add_headers(server, address):
    assert send(server, make_message(1, address=address)).outcome is not SendOutcome.ACCEPTED
    assert server.mails == []
