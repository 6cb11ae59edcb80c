"""Checks of a finished message: what mail programs, filters and people will stumble over.

A check warns; what makes a message impossible is refused when it is published.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Gmail hides everything after this many bytes behind “View entire message”.
CLIP_BYTES = 102 * 1024
# Subjects longer than this are cut off in most lists of messages on a phone.
LONG_SUBJECT = 70
# Two segments of GSM text; more is billed as more messages.
LONG_SMS = 306
_SPAM_WORDS = (
    "100% free", "act now", "buy now", "cash bonus", "click here", "double your", "earn money",
    "free money", "guaranteed", "limited time offer", "make money", "no obligation", "risk free",
    "risk-free", "this is not spam", "urgent", "winner", "you have been selected",
)  # fmt: skip
_ABSOLUTE = ("http://", "https://", "mailto:", "tel:", "sms:")
_LIQUID = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `ok` means nothing to do."""

    is_ok: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A message as it stands before a person's values are put in."""

    channel: str
    is_marketing: bool
    subject: str
    html: str
    text: str
    has_own_text: bool


def check_message(message: Checked) -> list[Check]:
    """Return what was looked at and found, warnings first."""
    found = _check_mail(message) if message.channel == "email" else _check_short(message)
    found.append(_check_words(f"{message.subject}\n{message.text}"))
    return sorted(found, key=lambda check: check.is_ok)


def _check_mail(message: Checked) -> list[Check]:
    page = _Page()
    page.feed(message.html)
    return [
        _check_size(message.html),
        *_check_links(page.links),
        _check_pictures(page.pictures),
        *([_check_leaving(message.html)] if message.is_marketing else []),
        Check(True, "The plain text part is written by hand.")
        if message.has_own_text
        else Check(bool(message.text.strip()), _DERIVED if message.text.strip() else _NO_TEXT),
        _check_subject(message.subject),
    ]


_DERIVED = "The plain text part is made from the HTML."
_NO_TEXT = "There is no plain text: the HTML has no words in it. Write a text part."


def _check_short(message: Checked) -> list[Check]:
    if message.channel not in {"sms", "whatsapp"}:
        return []
    length = len(_LIQUID.sub("", message.text))
    if length > LONG_SMS:
        return [
            Check(False, f"{length} characters before values: billed as three messages or more.")
        ]
    return [Check(True, f"{length} characters before values.")]


def _check_size(page: str) -> Check:
    size = len(page.encode())
    shown = f"{size / 1024:.1f} KB"
    if size > CLIP_BYTES:
        return Check(False, f"{shown}: Gmail cuts mails off at 102 KB. Shorten it.")
    return Check(True, f"{shown}, under Gmail's limit of 102 KB.")


def _check_links(links: list[str]) -> list[Check]:
    empty = [link for link in links if not link.strip() or link.strip() == "#"]
    relative = [
        link for link in links
        if link not in empty and not link.startswith((*_ABSOLUTE, "{{", "{%", "#"))
    ]  # fmt: skip
    plain = [link for link in links if link.startswith("http://")]
    found = []
    if empty:
        found.append(Check(False, f"{_count(len(empty), 'link')} without an address."))
    if relative:
        found.append(
            Check(False, f"“{relative[0][:80]}” is not a whole address. Begin with https://.")
        )
    if plain:
        found.append(Check(False, f"“{plain[0][:80]}” is not encrypted. Use https://."))
    return found or [Check(True, f"{_count(len(links), 'link')}, each a whole address.")]


def _check_pictures(pictures: list[dict[str, str | None]]) -> Check:
    mute = [picture for picture in pictures if picture.get("alt") is None]
    if mute:
        return Check(
            False,
            f"{_count(len(mute), 'picture')} without a description (alt), the first is "
            f"“{(mute[0].get('src') or '')[:80]}”.",
        )
    return Check(True, f"{_count(len(pictures), 'picture')}, each with a description.")


def _check_leaving(page: str) -> Check:
    if "unsubscribe_link" in page:
        return Check(True, "There is a link to unsubscribe.")
    return Check(False, "There is no link to unsubscribe: {{ unsubscribe_link }}.")


def _check_subject(subject: str) -> Check:
    length = len(_LIQUID.sub("", subject))
    if length > LONG_SUBJECT:
        return Check(False, f"The subject has {length} characters; phones show about 40 to 70.")
    return Check(True, f"The subject has {length} characters before values.")


def _check_words(text: str) -> Check:
    lower = text.lower()
    found = [word for word in _SPAM_WORDS if word in lower]
    shouted = re.findall(r"!{2,}", text)
    if found:
        return Check(False, f"“{found[0]}” is a phrase that spam filters look for.")
    if shouted:
        return Check(False, "Several exclamation marks in a row look like spam.")
    return Check(True, "None of the phrases that spam filters look for.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass
class _Page(HTMLParser):
    """Collects links and pictures."""

    links: list[str] = field(default_factory=list)
    pictures: list[dict[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        elif tag == "img":
            self.pictures.append({name: value or "" for name, value in attrs})
