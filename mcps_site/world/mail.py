"""What a person finds in the mailbox: the pixel, the links and the way to unsubscribe."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any


@dataclass(frozen=True, slots=True)
class Mail:
    """One received message, as far as its reader can act on it."""

    to: str
    subject: str
    text: str
    images: tuple[str, ...]
    links: tuple[str, ...]
    unsubscribe_url: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img" and values.get("src"):
            self.images.append(str(values["src"]))
        if tag == "a" and str(values.get("href", "")).startswith("http"):
            self.links.append(str(values["href"]))


def read_mail(raw: bytes) -> Mail:
    """Take a message apart as a mail program does."""
    message: Any = message_from_bytes(raw, policy=policy.default)
    found = _Links()
    found.feed(_part(message, "html"))
    header = str(message.get("List-Unsubscribe", ""))
    urls = [part.strip(" <>") for part in header.split(",")]
    return Mail(
        to=str(message["To"]).strip().strip("<>").lower(),
        subject=str(message["Subject"]),
        text=_part(message, "plain"),
        images=tuple(found.images),
        links=tuple(found.links),
        unsubscribe_url=next((url for url in urls if url.startswith("http")), ""),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = values.get("action", "")
        if tag == "input" and values.get("name") and values.get("type") == "hidden":
            self.fields[values["name"]] = values.get("value", "")


def read_form(html: str) -> tuple[str, dict[str, str]]:
    """Return the address and the hidden fields of the first form of a page."""
    form = _Form()
    form.feed(html)
    return form.action, form.fields
