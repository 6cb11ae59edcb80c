import asyncio
import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from mcps_site.runtime import mailbox
from tests.runtime.running import free_port


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setenv("MCPS_DATA_DIR", str(tmp_path))
    number, loop, ready = free_port(), asyncio.new_event_loop(), threading.Event()
    catcher = mailbox.Catcher(tmp_path / "mailbox")

    async def serve() -> None:
        server = await loop.create_server(
            lambda: SMTP(catcher, hostname="localhost", loop=loop), "127.0.0.1", number
        )
        ready.set()
        async with server:
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(5)
    yield number
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def send(port: int, recipient: str, subject: str) -> None:
    message = EmailMessage()
    message["Subject"], message["To"] = subject, recipient
    message["X-Envelope-To"] = "forged@shop.example"
    message.set_content("Plain words.")
    message.add_alternative("<p>Rich words.</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", port) as link:
        link.send_message(message, from_addr="shop@shop.example", to_addrs=[recipient])


def test_mail_is_read_back_with_the_envelope_it_came_in(port):
    send(port, "Ann@shop.example", "Grüße")
    (mail,) = mailbox.list_mails(limit=10)
    assert (mail.sender, mail.recipients) == ("shop@shop.example", ("Ann@shop.example",))
    assert (mail.subject, mail.body("plain"), mail.body("html")) == (
        "Grüße",
        "Plain words.\n",
        "<p>Rich words.</p>\n",
    )
    assert mailbox.find_mail(mail.key) == mail
    assert mailbox.find_mail("never") is None


def test_newest_mail_comes_first_and_a_recipient_sees_only_their_own(port):
    for number in range(3):
        send(port, "ann@shop.example", f"Ann {number}")
        send(port, "bob@shop.example", f"Bob {number}")
    assert [m.subject for m in mailbox.list_mails(limit=2)] == ["Bob 2", "Ann 2"]
    found = mailbox.list_mails(limit=2, recipient="ANN@shop.example")
    assert [m.subject for m in found] == ["Ann 2", "Ann 1"]


def test_pruning_removes_the_oldest(port):
    for number in range(4):
        send(port, "ann@shop.example", f"Mail {number}")
    assert mailbox.prune(most=3) == 1
    assert mailbox.prune(most=3) == 0
    assert [m.subject for m in mailbox.list_mails(limit=9)] == ["Mail 3", "Mail 2", "Mail 1"]
