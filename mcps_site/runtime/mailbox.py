"""The embedded mail server of a trial: it accepts every mail and delivers none.

The mails lie in a Maildir under the data folder, as files that any mail program can read. Pages
read them by `list_mails` and `find_mail`. Set `EMAIL_HOST` to send real mail instead.
"""

import asyncio
import mailbox
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from mcps_site.runtime import places

# A trial that runs for days must not fill the disk: the oldest mails go.
MOST_MAILS = 20_000
PRUNE_EVERY = 500
_HEADERS = BytesHeaderParser(policy=policy.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One caught mail, as a page shows it."""

    key: str
    caught_at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, taken apart."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        """The subject line, or a dash where there is none."""
        return str(_HEADERS.parsebytes(self.raw)["Subject"] or "—")

    def body(self, kind: str) -> str:
        """Return the `plain` or `html` part as text, empty where the mail has none."""
        part = self.message.get_body(preferencelist=(kind,))
        return "" if part is None else str(part.get_content())


def list_mails(*, limit: int, recipient: str | None = None) -> list[Mail]:
    """Return the newest mails first; with a recipient, only those addressed to it.

    Opens at most `limit` files, or all of them when a recipient is named.
    """
    found: list[Mail] = []
    for path in sorted(_messages(), key=_age, reverse=True):
        mail = _read(path)
        if recipient is None or recipient.lower() in map(str.lower, mail.recipients):
            found.append(mail)
        if len(found) == limit:
            break
    return found


def find_mail(key: str) -> Mail | None:
    """Return the mail of this key, or `None` when it was never caught or has been pruned."""
    return next((_read(path) for path in _messages() if path.name == key), None)


class Catcher:
    """Stores what arrives; aiosmtpd calls it by the names of the SMTP commands."""

    def __init__(self, folder: Path) -> None:
        self._box = mailbox.Maildir(folder, factory=None, create=True)
        self._caught = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store one mail with the envelope it came in; answered only when it is on disk."""
        message = message_from_bytes(_bytes(envelope.content))
        del message["X-Envelope-From"], message["X-Envelope-To"]
        message["X-Envelope-From"] = envelope.mail_from or ""
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self._box.add(message)
        self._caught += 1
        if self._caught % PRUNE_EVERY == 0:
            prune(most=MOST_MAILS)
        return "250 2.0.0 Caught; nothing leaves this machine"


def prune(*, most: int) -> int:
    """Remove the oldest mails beyond `most` and return how many went."""
    surplus = sorted(_messages(), key=_age, reverse=True)[most:]
    for path in surplus:
        path.unlink(missing_ok=True)
    return len(surplus)


async def serve(host: str, port: int) -> None:
    """Catch mails until a signal asks to stop."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    catcher = Catcher(places.mailbox_dir())
    server = await loop.create_server(
        lambda: SMTP(catcher, hostname="localhost", enable_SMTPUTF8=True, loop=loop), host, port
    )
    print(f"Catching mail on port {port}.", flush=True)
    async with server:
        await done.wait()


def _messages() -> Sequence[Path]:
    folder = places.mailbox_dir()
    return [path for part in ("new", "cur") for path in (folder / part).glob("*")]


def _age(path: Path) -> tuple[int, str]:
    # A Maildir name begins with the second and the microsecond: `1700000000.M123P45Q6.host`.
    second, _, rest = path.name.partition(".")
    return int(second) * 1_000_000 + int(rest[1:].partition("P")[0]), path.name


def _read(path: Path) -> Mail:
    raw = path.read_bytes()
    message = _HEADERS.parsebytes(raw)
    return Mail(
        key=path.name,
        caught_at=datetime.fromtimestamp(_age(path)[0] / 1_000_000, tz=UTC),
        sender=str(message["X-Envelope-From"] or ""),
        recipients=tuple(filter(None, str(message["X-Envelope-To"] or "").split(", "))),
        raw=raw,
    )


def _bytes(content: bytes | str | None) -> bytes:
    return content if isinstance(content, bytes) else (content or "").encode()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
