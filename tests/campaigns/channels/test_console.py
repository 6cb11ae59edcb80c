"""Captured messages: kept in a file of ours, shown on a page, brought to the people of the demo."""

import json

import pytest
from django.urls import reverse

from campaigns.channels.providers.console import provider as console
from campaigns.channels.providers.console.provider import ConsoleConfig, ConsoleProvider
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from kernel.errors import Invalid
from mcps_site.mailbox.captured import list_captured
from mcps_site.world.live import number_of
from mcps_site.world.mail import read_captured
from mcps_site.world.postman import Courier
from tests.campaigns.builders import NOW, after, key
from tests.campaigns.channels.provider_contract import make_message

CONFIG = ConsoleConfig(file="demo")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.CAPTURED_DIR = tmp_path / "captured"
    return settings.CAPTURED_DIR


def send(*numbers, config=CONFIG, now=NOW, **parts):
    messages = [
        make_message(
            n, channel=Channel.SMS, address=f"+1201555010{n}", subject="", **parts,
        )
        for n in numbers
    ]  # fmt: skip
    return ConsoleProvider().send(messages, config=config, now=now)


def test_messages_are_kept_and_the_newest_is_shown_first():
    assert [result.outcome for result in send(1, 2)] == ["accepted", "accepted"]
    send(3, now=after(minutes=1))
    assert [line.address[-1] for line in list_captured(limit=2)] == ["3", "1"]
    assert [line.text for line in list_captured(limit=5, address="+12015550102")] == ["Text 2"]
    assert list_captured(limit=5, channel="push") == []


def test_without_a_file_nothing_is_kept_and_nothing_is_known():
    send(1, config=ConsoleConfig())
    assert list_captured(limit=5) == []
    assert ConsoleProvider().look_up([key(1)], config=ConsoleConfig()) is None


def test_it_says_what_it_took_and_nothing_of_what_it_never_saw():
    send(1)
    assert ConsoleProvider().look_up([key(1), key(2)], config=CONFIG) == {key(1): True}


def test_a_large_file_makes_room(folder, monkeypatch):
    monkeypatch.setattr(console, "MOST_BYTES", 10)
    send(1)
    send(2)
    assert len((folder / "demo.jsonl").read_text().splitlines()) == 1
    assert len((folder / "demo.jsonl.old").read_text().splitlines()) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "/tmp/x", "a.b", "A", "x" * 60])
@pytest.mark.django_db
def test_a_file_lies_nowhere_else(name):
    draft = SenderDraft(name="C", channel=Channel.SMS, kind="console", config={"file": name})
    with pytest.raises(Invalid):
        create_sender(draft, key=key(1), actor="user:1", now=NOW)


def test_the_courier_brings_each_message_once_and_none_from_before(folder):
    send(1)
    courier = Courier(folder / "demo.jsonl")
    assert list(courier.take()) == []
    send(2, 3)
    assert [number_of(line["address"]) for line in courier.take()] == [2, 3]
    assert list(courier.take()) == []
    with (folder / "demo.jsonl").open("a") as file:
        file.write('{"half')
    assert list(courier.take()) == []
    (folder / "demo.jsonl").write_text("")
    send(4)
    assert [line["key"] for line in courier.take()] == [str(key(4))]


def test_a_person_finds_the_link_and_the_way_out(folder):
    text = "Tents: https://m.example/e/c/abc No more texts: https://m.example/e/u/def"
    send(1, text=text)
    mail = read_captured(json.loads((folder / "demo.jsonl").read_text()))
    assert [link.url for link in mail.links] == ["https://m.example/e/c/abc"]
    assert (mail.unsubscribe_url, mail.channel) == ("https://m.example/e/u/def", "sms")


@pytest.mark.parametrize(
    ("address", "number"),
    [("world-phone-0000042", 42), ("+12025550107", 107), ("+4915112345", None), ("other", None)],
)
def test_phones_and_numbers_of_the_world_belong_to_its_people(address, number):
    assert number_of(address) == number


def test_staff_see_what_was_captured(client, owner, colleague):
    client.force_login(owner)
    assert b"No messages yet" in client.get(reverse("mailbox:texts")).content
    send(1, values={"url": "https://m.example/e/c/abc"})
    page = client.get(reverse("mailbox:texts")).content.decode()
    assert "+12015550101" in page
    assert 'href="https://m.example/e/c/abc"' in page
    assert "Nothing to this address" in client.get("/mailbox/messages/?to=1").content.decode()
