"""A test goes to the tester's own address, once, and counts nowhere; publishing shows warnings first."""

from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns.channels.models import Sender
from campaigns.content.models import SentTest, TemplateVersion
from campaigns.content.previewing import preview_words
from campaigns.content.selectors import get_compiled_words
from campaigns.content.self_tests import OwnAddress, send_test
from campaigns.contracts import Channel, SendOutcome
from campaigns.deliveries.models import Delivery
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict
from tests.campaigns.builders import (
    MJML,
    NOW,
    key,
    make_customer,
    make_sender,
    make_template,
    make_words,
)
from tests.campaigns.channels.smtp_server import MailServer
from tests.campaigns.content.test_writing import address, known_by_mail, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(caplog):
    caplog.set_level("WARNING", logger="mail.log")
    with MailServer() as server:
        make_sender("Sink", kind="smtp", host="127.0.0.1", port=server.port)
        yield server


@pytest.fixture
def template(client, owner):
    client.force_login(owner)
    made = make_template()
    client.get(address(made))
    return made


def ask(client, template, number=9, **more):
    asked = {"test": str(key(number)), **more}
    return client.post(address(template, "template-test"), asked, follow=True).content.decode()


def test_the_draft_goes_to_the_testers_own_address_once_for_two_clicks(
    client, template, server, owner
):
    save(client, template, subject="{{ first_name }}, new words")
    mail_of_ada = known_by_mail(make_customer("Ada"))
    for _ in range(2):
        page = ask(client, template, person=mail_of_ada, email="else@shop.example")
        assert "on its way to your own address" in page
    [mail] = server.mails
    assert (mail["To"], mail["Subject"]) == (owner.email, "[Test] Ada, new words")
    assert "List-Unsubscribe" not in mail
    assert "/e/" not in "".join(part.get_content() for part in mail.iter_parts())
    assert not Delivery.objects.exists()
    sent = SentTest.objects.get()
    assert (sent.outcome, sent.sent_by) == ("accepted", f"user:{owner.pk}")
    entry = AuditEntry.objects.get(verb="tested")
    assert entry.after == {"test": str(key(9)), "is_of_a_person": True}


def test_the_published_words_are_tested_with_sample_values(client, template, server):
    save(client, template, subject="Not yet")
    ask(client, template, live="yes")
    assert [mail["Subject"] for mail in server.mails] == ["[Test] [first_name], come back"]


def test_the_buttons_stand_beside_what_they_send_and_each_page_has_a_key_of_its_own(
    client, template
):
    for name in ("template-edit", "template"):
        first, second = (client.get(address(template, name)) for _ in range(2))
        assert "Send a test" in first.content.decode()
        assert first.context["test"] != second.context["test"]


def test_words_that_would_be_held_back_and_other_channels_are_not_sent(client, template, server):
    nameless = known_by_mail(make_customer(None))
    assert "would not get the message" in ask(client, template, person=nameless)
    sms = make_words("Text", Channel.SMS, text="Hi")
    assert "Only e-mails can be tested" in ask(client, sms, live="yes")
    assert "only e-mails have them" in client.get(address(sms)).content.decode()
    assert (server.mails, SentTest.objects.count()) == ([], 0)


def test_a_test_leaves_by_the_chosen_sender_and_by_no_other_in_its_place(client, template, server):
    other = make_sender("Other", kind="smtp", host="127.0.0.1", port=server.port)
    Sender.objects.filter(pk=other.pk).update(from_address="other@shop.example")
    for name in ("template-edit", "template"):
        page = client.get(address(template, name)).content.decode()
        assert f'<option value="{other.key}">Other</option>' in page
    assert "own address" in ask(client, template, sender=str(other.key))
    assert [mail["From"] for mail in server.mails] == ["other@shop.example"]
    Sender.objects.filter(name="Sink").update(stands_in=True)
    Sender.objects.filter(pk=other.pk).update(is_paused=True)
    assert "“Other” is paused" in ask(client, template, 10, sender=str(other.key))
    assert "no e-mail sender with this key" in ask(client, template, 11, sender=str(key(77)))
    assert "Load it again" in ask(client, template, 12, sender="nobody")
    assert len(server.mails) == 1


def test_viewers_send_no_tests(client, template, stranger):
    assign_role(stranger, Role.VIEWER)
    client.force_login(stranger)
    asked = {"test": str(key(9)), "live": "yes"}
    assert client.post(address(template, "template-test"), asked).status_code == 403


def test_after_twenty_tests_one_waits_and_others_do_not(template, server):
    shown = preview_words(get_compiled_words(template.live_version_id), person=None, now=NOW)

    def send(number, actor="user:1", at=NOW):
        to = OwnAddress(actor=actor, address="me@shop.example", key=key(number))
        return send_test(template, shown, to=to, now=at)

    assert {send(number) for number in range(20)} == {SendOutcome.ACCEPTED}
    with pytest.raises(Conflict, match="20 tests in an hour"):
        send(20)
    assert not SentTest.objects.filter(key=key(20)).exists()
    assert send(21, actor="user:2") is SendOutcome.ACCEPTED
    assert send(20, at=NOW + timedelta(minutes=4)) is SendOutcome.ACCEPTED
    with pytest.raises(Conflict, match="another test"):
        send(21)
    assert len(server.mails) == 22


def test_after_a_crash_the_same_key_sends_nothing_and_says_that_nobody_knows(
    client, template, server, owner
):
    SentTest.objects.create(
        key=key(9), template=template, sent_by=f"user:{owner.pk}", sent_at=NOW
    )  # fmt: skip
    assert "answer is not known" in ask(client, template)
    assert server.mails == []


def test_warnings_are_shown_before_publishing_and_may_be_confirmed(client, template):
    save(client, template, subject="Act now")
    page = client.post(address(template, "template-publish")).content.decode()
    assert "a phrase that spam filters look for" in page
    assert TemplateVersion.objects.filter(template=template).count() == 1
    answer = client.post(address(template, "template-publish"), {"anyway": "yes"})
    assert answer.url == address(template, "template")
    template.refresh_from_db()
    assert template.live_version.number == 2


def test_every_fault_of_every_language_is_named_and_cannot_be_confirmed(client, template):
    client.post(address(template, "template-locale-add"), {"locale": "de"})
    save(client, template, subject="{{ a")
    german = template.drafts.get(locale="de")
    german.source = MJML.replace("unsubscribe_link", "leave")
    german.save()
    answer = client.post(address(template, "template-publish"), {"anyway": "yes"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "en, Subject" in page
    assert "needs a way to unsubscribe" in page
    assert f"{reverse('campaigns:template-edit', kwargs={'key': template.key})}?locale=de" in page
    assert "Publish anyway" not in page
    assert TemplateVersion.objects.filter(template=template).count() == 1
