"""Shared blocks: making them, and saving versions of their words."""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from campaigns.content.compiling import FinishedWords, finish_draft
from campaigns.content.models import Template, WorkingDraft
from campaigns.content.piece_models import SharedBlock, SharedBlockVersion
from campaigns.content.pieces import Pieces, load_pieces
from campaigns.content.rules.shared import BlockKind, SharedWords, frame_of
from campaigns.contracts import Channel, TemplateDraft
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDraft:
    """What a shared block is made of; its slug and its kind stay as they were made."""

    slug: str
    name: str
    kind: BlockKind
    source: str


def list_blocks() -> list[SharedBlock]:
    """Return all shared blocks by name."""
    return list(SharedBlock.objects.select_related("live_version").order_by("name"))


def get_block(key: UUID) -> SharedBlock:
    """Return a shared block; raises `NotFound`."""
    found = SharedBlock.objects.select_related("live_version").filter(key=key).first()
    if found is None:
        raise NotFound("There is no such shared block.")
    return found


def finish_block(draft: BlockDraft) -> FinishedWords:
    """Compile a block alone, as a message around it.

    Raises:
        Invalid: it cannot be compiled, or blocks inside it go round in a circle.
    """
    if not draft.source.strip():
        raise Invalid("source", "A shared block needs words.")
    pieces = load_pieces()
    words = SharedWords(kind=draft.kind, number=0, source=draft.source)
    alone = TemplateDraft(
        channel=Channel.EMAIL,
        subject=draft.name,
        source=frame_of(draft.kind, draft.source),
        text=draft.source if draft.kind is BlockKind.WORDS else "",
    )
    around = Pieces(blocks={**pieces.blocks, draft.slug: words}, brand=pieces.brand)
    return finish_draft(alone, is_marketing=False, pieces=around)


@transaction.atomic
def create_block(draft: BlockDraft, *, key: UUID, actor: str, now: datetime) -> SharedBlock:
    """Create a shared block with its first version.

    Raises:
        Conflict: the slug is taken.
        Invalid: it cannot be compiled.
    """
    if SharedBlock.objects.filter(slug=draft.slug).exists():
        raise Conflict(f"A shared block with the slug “{draft.slug}” exists. Choose another one.")
    block = SharedBlock(
        key=key, slug=draft.slug, kind=draft.kind.value, name=draft.name, created_at=now
    )
    return _save(block, draft, actor=actor, now=now)


@transaction.atomic
def save_block(
    block: SharedBlock, *, name: str, source: str, actor: str, now: datetime
) -> SharedBlock:
    """Save a block; changed words become its next version, and unchanged ones none.

    Published templates keep the version they were published with.

    Raises:
        Invalid: it cannot be compiled.
    """
    locked = SharedBlock.objects.select_for_update().get(pk=block.pk)
    draft = BlockDraft(slug=locked.slug, name=name, kind=BlockKind(locked.kind), source=source)
    return _save(locked, draft, actor=actor, now=now)


@transaction.atomic
def delete_block(block: SharedBlock, *, actor: str, now: datetime) -> None:
    """Delete a block that nothing uses.

    Raises:
        Conflict: templates, drafts or other blocks use it; they are named.
    """
    users = _list_mentions(block.slug)
    if users:
        named = ", ".join(f"“{name}”" for name in users[:5])
        raise Conflict(f"“{block.name}” is used by {named}. Take it out there first.")
    SharedBlock.objects.filter(pk=block.pk).update(live_version=None)
    SharedBlock.objects.filter(pk=block.pk).delete()
    record(
        actor=actor, verb="deleted", object_type="shared block", object_id=str(block.key),
        before={"slug": block.slug, "name": block.name}, now=now,
    )  # fmt: skip


def _save(block: SharedBlock, draft: BlockDraft, *, actor: str, now: datetime) -> SharedBlock:
    finish_block(draft)
    live = block.live_version
    block.name = draft.name
    block.save()
    if live is None or live.source != draft.source:
        block.live_version = SharedBlockVersion.objects.create(
            block=block, number=live.number + 1 if live else 1, source=draft.source,
            saved_at=now, saved_by=actor,
        )  # fmt: skip
        block.save(update_fields=["live_version"])
    record(
        actor=actor, verb="saved", object_type="shared block", object_id=str(block.key),
        before={"version": live.number} if live else None,
        after={"slug": block.slug, "version": block.live_version.number if block.live_version else 0},
        now=now,
    )  # fmt: skip
    return block


def _list_mentions(slug: str) -> list[str]:
    """Name what has the slug in quotes: as `{% render "slug" %}` or in a document of blocks."""
    quoted = Q()
    for text, part in product((f'"{slug}"', f"'{slug}'"), ("subject", "source", "text")):
        quoted |= Q(**{f"{part}__contains": text})
    drafts = WorkingDraft.objects.filter(quoted).values_list("template__name", flat=True)
    live = Template.objects.filter(live_version__blocks__has_key=slug)
    versions = SharedBlock.objects.exclude(slug=slug).filter(
        Q(live_version__source__contains=f'"{slug}"')
        | Q(live_version__source__contains=f"'{slug}'")
    )
    blocks = [block.name for block in versions]
    return sorted({*drafts, *blocks, *(template.name for template in live)})
