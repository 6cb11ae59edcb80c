"""Composing an e-mail of blocks: every edit is kept, so that it can be undone."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.content.models import DraftEdit, WorkingDraft
from campaigns.content.pieces import load_pieces
from campaigns.content.rules.document import BadDocument, Document, parse_document, write_document
from campaigns.content.rules.document_mjml import write_mjml
from kernel.audit import record
from kernel.errors import Conflict, Invalid

BLOCKS = "blocks"
KEPT_EDITS = 100
# Changes of one block within this time are one edit: nobody undoes letter by letter.
ONE_EDIT = timedelta(seconds=15)


def document_of(draft: WorkingDraft) -> Document:
    """Return the document that a draft of blocks shows.

    Raises:
        Invalid: it is not made of blocks, or cannot be read.
    """
    if draft.source_format != BLOCKS:
        raise Invalid("source", "This message is not made of blocks.")
    try:
        return parse_document(draft.source) if draft.source.strip() else Document()
    except BadDocument as error:
        raise Invalid("source", str(error)) from None


@transaction.atomic
def compose(
    draft: WorkingDraft,
    change: Callable[[Document], Document],
    *,
    label: str,
    seen: int,
    actor: str,
    now: datetime,
) -> WorkingDraft:
    """Change the document of a draft; an edit that changes nothing is not kept.

    `seen` is the place the writer started from.

    Raises:
        Conflict: somebody else changed the draft after the writer opened it.
        Invalid: the edit makes no sense on the document as it is now.
    """
    locked = _lock(draft, seen=seen, actor=actor)
    document = document_of(locked)
    try:
        source = write_document(change(document))
    except BadDocument as error:
        raise Invalid("source", str(error)) from None
    if source == write_document(document):
        return locked
    _keep(locked, source, label=label, now=now)
    return _show(locked, source, actor=actor, now=now)


@transaction.atomic
def step_through_edits(
    draft: WorkingDraft, by: int, *, seen: int, actor: str, now: datetime
) -> WorkingDraft:
    """Undo (-1) or redo (+1) one edit; at the ends nothing happens.

    Raises:
        Conflict: somebody else changed the draft after the writer opened it.
    """
    locked = _lock(draft, seen=seen, actor=actor)
    target = locked.edits.filter(place=locked.edit_place + by).first()
    if target is None:
        return locked
    locked.edit_place = target.place
    return _show(locked, target.source, actor=actor, now=now)


@transaction.atomic
def turn_into_mjml(draft: WorkingDraft, *, actor: str, now: datetime) -> WorkingDraft:
    """Make MJML of a draft of blocks, for good: blocks cannot be made of MJML.

    Raises:
        Invalid: a block is not finished.
    """
    locked = WorkingDraft.objects.select_for_update().get(pk=draft.pk)
    try:
        source = write_mjml(document_of(locked), load_pieces().blocks)
    except BadDocument as error:
        raise Invalid("source", str(error)) from None
    locked.edits.all().delete()
    locked.source_format = "mjml"
    record(
        actor=actor, verb="turned into MJML", object_type="template",
        object_id=str(locked.template.key), after={"locale": locked.locale}, now=now,
    )  # fmt: skip
    return _show(locked, source, actor=actor, now=now)


def can_step(draft: WorkingDraft, by: int) -> bool:
    """Say whether there is an edit to undo (-1) or to redo (+1)."""
    return draft.edits.filter(place=draft.edit_place + by).exists()


def _lock(draft: WorkingDraft, *, seen: int, actor: str) -> WorkingDraft:
    locked = WorkingDraft.objects.select_for_update().get(pk=draft.pk)
    if seen != locked.place and locked.saved_by != actor:
        raise Conflict(
            "Somebody else has changed this draft meanwhile. Here it is as it stands now; do it "
            "again if it still fits."
        )
    return locked


def _keep(draft: WorkingDraft, source: str, *, label: str, now: datetime) -> None:
    """Keep an edit behind the one that shows; what was undone before is gone."""
    draft.edits.filter(place__gt=draft.edit_place).delete()
    shown = draft.edits.filter(place=draft.edit_place).first()
    if shown is None:
        shown = DraftEdit.objects.create(
            draft=draft, place=draft.edit_place, label="Start", source=draft.source, edited_at=now
        )
    if shown.label == label and now - shown.edited_at < ONE_EDIT:
        shown.source, shown.edited_at = source, now
        shown.save(update_fields=["source", "edited_at"])
        return
    draft.edit_place += 1
    DraftEdit.objects.create(
        draft=draft, place=draft.edit_place, label=label[:120], source=source, edited_at=now
    )
    draft.edits.filter(place__lte=draft.edit_place - KEPT_EDITS).delete()


def _show(draft: WorkingDraft, source: str, *, actor: str, now: datetime) -> WorkingDraft:
    draft.source, draft.place = source, draft.place + 1
    draft.saved_at, draft.saved_by = now, actor
    draft.save()
    return draft
