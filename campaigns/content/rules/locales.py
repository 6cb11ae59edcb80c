"""Which language of a message a person gets: their own, else a wider one, else the default words."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

# What people may say about their language themselves; what their browser says comes after it.
_TRAITS: Final = ("locale", "language")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?", re.IGNORECASE)


class BadLocale(ValueError):
    """The text is no language tag."""


def read_locale(text: str) -> str:
    """Return a language tag as it is written: `de_at.UTF-8` is `de-AT`, `ZH-hant-tw` `zh-Hant-TW`.

    Raises:
        BadLocale: it is none.
    """
    tag = re.split(r"[.@]", text.strip(), maxsplit=1)[0].replace("_", "-")
    if not _TAG.fullmatch(tag):
        raise BadLocale(
            f"“{text[:40]}” is no language tag. Write one such as de, de-AT or zh-Hant."
        )
    language, *others = tag.split("-")
    return "-".join(
        [language.lower(), *(one.title() if len(one) == 4 else one.upper() for one in others)]
    )


def list_fallbacks(locale: str) -> list[str]:
    """Return the tag and ever wider ones: `zh-Hant-TW`, `zh-Hant`, `zh`."""
    parts = locale.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def pick_locale(wanted: str, translated: Collection[str]) -> str:
    """Return the translation for a wanted locale, or an empty text: the default words."""
    if not wanted or not translated:
        return ""
    return next((tag for tag in list_fallbacks(wanted) if tag in translated), "")


def is_missing(wanted: str, *, chosen: str, language: str) -> bool:
    """Say whether somebody gets the default words for want of a translation.

    `language` is that of the default words; a neighbor's variety of it counts as one's own.
    """
    return bool(
        wanted
        and not chosen
        and wanted.split("-", maxsplit=1)[0] != language.split("-", maxsplit=1)[0]
    )


def locale_of(traits: Mapping[str, Any], seen: str | None) -> str:
    """Return the locale of a person, or an empty text.

    What they or the shop said counts before `seen`, what their browser or telephone said last.
    """
    for text in (*(traits.get(name) for name in _TRAITS), seen):
        if isinstance(text, str) and text:
            try:
                return read_locale(text)
            except BadLocale:
                continue
    return ""
