"""Makes the words of a draft ready for people: MJML compiled, Liquid parsed, parts required."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from campaigns.content.pieces import Pieces
from campaigns.content.rules.document import BadDocument, Document, parse_document
from campaigns.content.rules.document_mjml import name_line, write_mjml
from campaigns.content.rules.html import BadSource, compile_source, derive_text
from campaigns.content.rules.locales import BadLocale, read_locale
from campaigns.content.rules.parts import BadPart, check_parts
from campaigns.content.rules.rendering import BadTemplate, CompiledWords, Words, compile_words
from campaigns.content.rules.shared import BadBlock, Expansion, read_pins
from campaigns.content.sources import find_asked
from campaigns.contracts import Channel, TemplateDraft
from kernel.errors import Invalid

_LINE = re.compile(r"\bLine (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedWords:
    """What a version stores of a draft, and the parsed templates of it.

    `blocks` are the shared blocks that went in, `brand` the kits if any is read. `whole_text` is
    the plain text with its blocks in place.
    """

    subject: str
    source: str
    source_format: str
    html: str
    text: str
    fields: dict[str, str]
    blocks: dict[str, dict[str, Any]]
    brand: list[dict[str, Any]]
    whole_text: str
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
    fields = {name: text for name, text in draft.fields.items() if text.strip()}
    text = draft.text or derive_text(html)
    parts = _Parts(
        subject=_expand("subject", draft.subject, expansion),
        html=html,
        text=_expand("text", text, expansion),
        fields={name: _expand(f"fields.{name}", said, expansion) for name, said in fields.items()},
    )
    try:
        compiled = compile_words(parts, brand=pieces.brand)
    except BadTemplate as error:
        raise Invalid(error.part, str(error)) from None
    compiled = replace(compiled, segments=find_asked(compiled))
    return FinishedWords(
        subject=draft.subject,
        source=draft.source,
        source_format=draft.source_format,
        html=html,
        text=text,
        fields=fields,
        blocks={slug: block.pin() for slug, block in expansion.used.items()},
        brand=list(pieces.brand) if compiled.reads_brand else [],
        whole_text=parts.text,
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
    for locale, draft in clean_locales(drafts).items():
        try:
            finished[locale] = finish_draft(draft, is_marketing=is_marketing, pieces=pieces)
        except Invalid as error:
            raise Invalid(f"translations.{locale}.{error.field}", error.message) from None
    return finished


def clean_locales(drafts: Mapping[str, TemplateDraft]) -> dict[str, TemplateDraft]:
    """Return translations under their tags as those are written; raises `Invalid`."""
    clean = {}
    for text, draft in drafts.items():
        try:
            clean[read_locale(text)] = draft
        except BadLocale as error:
            raise Invalid(f"translations.{text}", str(error)) from None
    return clean


def compile_published(
    words: Words, *, blocks: dict[str, dict[str, Any]], brand: list[dict[str, Any]]
) -> CompiledWords:
    """Parse published words with the blocks and the kits that their version kept."""
    expansion = Expansion(read_pins(blocks))
    parts = _Parts(
        subject=expansion.expand_text(words.subject),
        html=words.html,
        text=expansion.expand_text(words.text),
        fields={name: expansion.expand_text(text) for name, text in words.fields.items()},
    )
    return compile_words(parts, brand=brand)


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
    if draft.source_format == "blocks":
        source, html = _finish_document(draft.source, expansion)
    else:
        source, html = _finish_source(draft.source, draft.source_format, expansion)
    if is_marketing and "unsubscribe_link" not in source:
        raise Invalid(
            "source",
            "A marketing e-mail needs a way to unsubscribe: link to {{ unsubscribe_link }}.",
        )
    return html


def _finish_source(written: str, source_format: str, expansion: Expansion) -> tuple[str, str]:
    """Return a source with its shared blocks in place, and its HTML."""
    try:
        source = expansion.expand_source(written, is_mjml=source_format == "mjml")
        html = compile_source(source, source_format)
        compile_words(_Parts("", source, "", {}))
    except (BadSource, BadBlock) as error:
        raise Invalid("source", str(error)) from None
    except BadTemplate as error:
        raise Invalid(error.part, str(error)) from None
    return source, html


def _finish_document(written: str, expansion: Expansion) -> tuple[str, str]:
    """Return the MJML of a document of blocks, and its HTML; a fault is named by its block."""
    try:
        document = parse_document(written)
        source = write_mjml(document, expansion.blocks)
    except BadDocument as error:
        raise Invalid("source", str(error)) from None
    try:
        return _finish_source(source, "mjml", expansion)
    except Invalid as error:
        line = line_of(error.message)
        name = _blame(document, source) or name_line(document, line or 0)
        told = error.message.partition(": ")[2] if line else error.message
        raise Invalid("source", f"{name}: {told}" if name else told) from None


def _blame(document: Document, source: str) -> str:
    """Name the first block whose Liquid is broken by itself; each has a line of its own."""
    for number, line in enumerate(source.split("\n"), start=1):
        try:
            compile_words(_Parts("", line, "", {}))
        except BadTemplate:
            return name_line(document, number)
    return ""


def _expand(part: str, text: str, expansion: Expansion) -> str:
    try:
        return expansion.expand_text(text)
    except BadBlock as error:
        raise Invalid(part, str(error)) from None
