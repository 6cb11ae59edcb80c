"""Makes the words of a draft ready for people: MJML compiled, Liquid parsed, parts required."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.content.pieces import Pieces
from campaigns.content.rules.html import BadSource, compile_source, derive_text
from campaigns.content.rules.locales import BadLocale, read_locale
from campaigns.content.rules.parts import BadPart, check_parts
from campaigns.content.rules.rendering import BadTemplate, CompiledWords, compile_words
from campaigns.content.rules.shared import BadBlock, Expansion
from campaigns.contracts import Channel, TemplateDraft
from kernel.errors import Invalid

_LINE = re.compile(r"\bLine (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedWords:
    """What a version stores of a draft, and the parsed templates of it.

    `blocks` are the versions of shared blocks that went in, `brand` the kits if any is read.
    """

    subject: str
    source: str
    source_format: str
    html: str
    text: str
    fields: dict[str, str]
    blocks: dict[str, int]
    brand: list[dict[str, Any]]
    compiled: CompiledWords

    @property
    def parts(self) -> dict[str, Any]:
        """What is stored, by the names of the columns."""
        names = ("subject", "source", "source_format", "html", "text", "fields")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class _Parts:
    subject: str
    html: str
    text: str
    fields: dict[str, str]


def finish_draft(draft: TemplateDraft, *, is_marketing: bool, pieces: Pieces) -> FinishedWords:
    """Compile a draft; a missing text part is derived from the HTML.

    Raises:
        Invalid: a part is missing or cannot be compiled; the message names the line.
    """
    expansion = Expansion(pieces.blocks)
    html = ""
    if draft.channel is Channel.EMAIL:
        html = _finish_mail(draft, expansion, is_marketing=is_marketing)
    else:
        try:
            check_parts(draft)
        except BadPart as error:
            raise Invalid(error.part, str(error)) from None
    parts = _Parts(
        subject=_expand("subject", draft.subject, expansion),
        html=html,
        text=_expand("text", draft.text, expansion) or derive_text(html),
        fields={
            name: _expand(f"fields.{name}", text, expansion)
            for name, text in draft.fields.items()
            if text.strip()
        },
    )
    try:
        compiled = compile_words(parts, brand=pieces.brand)
    except BadTemplate as error:
        raise Invalid(error.part, str(error)) from None
    return FinishedWords(
        subject=parts.subject,
        source=draft.source,
        source_format=draft.source_format,
        html=html,
        text=parts.text,
        fields=parts.fields,
        blocks=expansion.used,
        brand=list(pieces.brand) if compiled.reads_brand else [],
        compiled=compiled,
    )


def finish_translations(
    drafts: Mapping[str, TemplateDraft], *, is_marketing: bool, pieces: Pieces
) -> dict[str, FinishedWords]:
    """Compile the translations of a draft, by language tag.

    Raises:
        Invalid: a tag is none, or a part cannot be compiled; the field begins with its locale.
    """
    finished = {}
    for text, draft in drafts.items():
        try:
            locale = read_locale(text)
        except BadLocale as error:
            raise Invalid(f"translations.{text}", str(error)) from None
        try:
            finished[locale] = finish_draft(draft, is_marketing=is_marketing, pieces=pieces)
        except Invalid as error:
            raise Invalid(f"translations.{locale}.{error.field}", error.message) from None
    return finished


def line_of(message: str) -> int | None:
    """Return the line that a fault names, or `None`."""
    found = _LINE.search(message)
    return int(found.group(1)) if found else None


def _finish_mail(draft: TemplateDraft, expansion: Expansion, *, is_marketing: bool) -> str:
    """Return the HTML of a mail. Faults are looked for in its source, so that the line is theirs."""
    if not draft.subject.strip():
        raise Invalid("subject", "An e-mail needs a subject.")
    if not draft.source.strip():
        raise Invalid("source", "An e-mail needs a body in MJML or HTML.")
    try:
        is_mjml = draft.source_format == "mjml"
        source = expansion.expand_source(draft.source, is_mjml=is_mjml)
        html = compile_source(source, draft.source_format)
        compile_words(_Parts("", source, "", {}))
    except (BadSource, BadBlock) as error:
        raise Invalid("source", str(error)) from None
    except BadTemplate as error:
        raise Invalid(error.part, str(error)) from None
    if is_marketing and "unsubscribe_link" not in source:
        raise Invalid(
            "source",
            "A marketing e-mail needs a way to unsubscribe: link to {{ unsubscribe_link }}.",
        )
    return html


def _expand(part: str, text: str, expansion: Expansion) -> str:
    try:
        return expansion.expand_text(text)
    except BadBlock as error:
        raise Invalid(part, str(error)) from None
