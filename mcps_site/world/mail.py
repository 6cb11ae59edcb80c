"""What a person finds in the mailbox: the pixel, the links and the way to unsubscribe."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a reader sees it: by its words."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One received message, as far as its reader can act on it."""

    to: str
    subject: str
    text: str
    images: tuple[str, ...]
    links: tuple[Link, ...]
    unsubscribe_url: str
    channel: str = "email"


def read_captured(line: Mapping[str, str]) -> Mail:
    """Take a captured text or push message apart: its link, and the one that ends it."""
    found = re.findall(r"https?://\S+", line["text"])
    leaving = [url for url in found if "/e/u/" in url]
    links = [url for url in (line["url"], *found) if url and url not in leaving]
    return Mail(
        to=line["address"],
        subject=line["subject"],
        text=line["text"],
        images=(),
        links=tuple(Link(line["button"], url) for url in links),
        unsubscribe_url=next(iter(leaving), ""),
        channel=line["channel"],
    )


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.links: list[Link] = []
        self.open_url = ""
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img" and values.get("src"):
            self.images.append(values["src"])
        if tag == "a" and values.get("href", "").startswith("http"):
            self.open_url, self.words = values["href"], ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.open_url:
            self.links.append(Link(" ".join(self.words.split()), self.open_url))
            self.open_url = ""


def read_mail(raw: bytes) -> Mail:
    """Take a message apart as a mail program does."""
    message: Any = message_from_bytes(raw, policy=policy.default)
    found = _Page()
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


@dataclass(slots=True)
class Form:
    """The address of a form, relative to its page, and its hidden fields."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _FirstForm(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form is None:
            self.form = Form(values.get("action", ""))
        if tag == "input" and self.form and values.get("type") == "hidden" and values.get("name"):
            self.form.fields[values["name"]] = values.get("value", "")


def read_form(html: str) -> Form | None:
    """Return the first form of a page."""
    page = _FirstForm()
    page.feed(html)
    return page.form
