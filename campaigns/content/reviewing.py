"""What is to be said about a draft before it is published: what blocks it, and what to look at."""

from dataclasses import dataclass

from campaigns.content.compiling import FinishedWords, finish_draft
from campaigns.content.editing import as_written
from campaigns.content.models import Template, WorkingDraft
from campaigns.content.pieces import load_pieces
from campaigns.content.rules.checks import Check, Checked, check_message
from campaigns.content.sources import find_segments
from campaigns.contracts import MessageClass
from kernel.errors import Invalid

_STALE = {"archived": "was archived", "draft": "was never published"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say about the words in one language; the empty locale is the default one.

    `part` is what a fault is in, and empty for a warning.
    """

    locale: str
    text: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What keeps a draft from being published, and what may be published all the same."""

    faults: list[Finding]
    warnings: list[Finding]


def review_drafts(template: Template) -> Review:
    """Look at what is written in every language, as publishing would."""
    review = Review(faults=[], warnings=[])
    for draft in WorkingDraft.objects.filter(template=template).order_by("locale"):
        try:
            finished = finish(draft)
        except Invalid as error:
            fault = Finding(locale=draft.locale, text=error.message, part=error.field)
            review.faults.append(fault)
            continue
        review.warnings.extend(
            Finding(locale=draft.locale, text=check.text)
            for check in check_draft(draft, finished)
            if not check.is_ok
        )
    return review


def finish(draft: WorkingDraft) -> FinishedWords:
    """Compile what is written; raises `Invalid` where it cannot be published."""
    written, is_marketing = as_written(draft), _is_marketing(draft.template)
    return finish_draft(written, is_marketing=is_marketing, pieces=load_pieces())


def check_draft(draft: WorkingDraft, finished: FinishedWords) -> list[Check]:
    """Return the checks of a draft that could be published, warnings first."""
    message = Checked(
        channel=draft.template.channel,
        is_marketing=_is_marketing(draft.template),
        subject=finished.subject,
        html=finished.html,
        text=finished.whole_text,
        has_own_text=bool(draft.text.strip()),
    )
    unheard = [
        Check(False, f"Segment “{segment.name}” {_STALE[segment.status]}: nobody is in it.")
        for segment in find_segments(finished.compiled.segments)
        if segment.status in _STALE
    ]
    return [*unheard, *check_message(message)]


def _is_marketing(template: Template) -> bool:
    return template.message_class == MessageClass.MARKETING
