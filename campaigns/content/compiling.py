"""Makes the words of a draft ready for people: MJML compiled, Liquid parsed, parts required."""

import re
from dataclasses import dataclass

from campaigns.content.rules.html import BadSource, compile_source, derive_text
from campaigns.content.rules.parts import BadPart, check_parts
from campaigns.content.rules.rendering import BadTemplate, CompiledWords, compile_words
from campaigns.contracts import Channel, TemplateDraft
from kernel.errors import Invalid

_LINE = re.compile(r"\bLine (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedWords:
    """What a version stores of a draft, and the parsed templates of it."""

    subject: str
    source: str
    source_format: str
    html: str
    text: str
    fields: dict[str, str]
    compiled: CompiledWords


@dataclass(slots=True)
class _Parts:
    subject: str
    html: str
    text: str
    fields: dict[str, str]


def finish_draft(draft: TemplateDraft, *, is_marketing: bool) -> FinishedWords:
    """Compile a draft; a missing text part is derived from the HTML.

    Raises:
        Invalid: a part is missing or cannot be compiled; the message names the line.
    """
    html = ""
    if draft.channel is Channel.EMAIL:
        _require_mail_parts(draft, is_marketing=is_marketing)
        try:
            html = compile_source(draft.source, draft.source_format)
        except BadSource as error:
            raise Invalid("source", str(error)) from None
    else:
        try:
            check_parts(draft)
        except BadPart as error:
            raise Invalid(error.part, str(error)) from None
    fields = {name: text for name, text in draft.fields.items() if text.strip()}
    parts = _Parts(draft.subject, html, draft.text or derive_text(html), fields)
    try:
        # Faults are looked for in what staff wrote, so that the line is theirs.
        if draft.source:
            compile_words(_Parts("", draft.source, "", {}))
        compiled = compile_words(parts)
    except BadTemplate as error:
        raise Invalid(error.part, str(error)) from None
    return FinishedWords(
        subject=parts.subject,
        source=draft.source,
        source_format=draft.source_format,
        html=html,
        text=parts.text,
        fields=fields,
        compiled=compiled,
    )


def line_of(message: str) -> int | None:
    """Return the line that a fault names, or `None`."""
    found = _LINE.search(message)
    return int(found.group(1)) if found else None


def _require_mail_parts(draft: TemplateDraft, *, is_marketing: bool) -> None:
    if not draft.subject.strip():
        raise Invalid("subject", "An e-mail needs a subject.")
    if not draft.source.strip():
        raise Invalid("source", "An e-mail needs a body in MJML or HTML.")
    if is_marketing and "unsubscribe_link" not in draft.source:
        raise Invalid(
            "source",
            "A marketing e-mail needs a way to unsubscribe: link to {{ unsubscribe_link }}.",
        )
