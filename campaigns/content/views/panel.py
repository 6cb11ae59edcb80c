"""What the composer shows of a draft of blocks: the outline and the side panel."""

from dataclasses import dataclass
from typing import Any

from campaigns.content.block_forms import BlockForm, FrameForm
from campaigns.content.composing import can_step, document_of
from campaigns.content.models import WorkingDraft
from campaigns.content.rules.document import BLOCKS, Block, Columns, Document
from campaigns.content.rules.document_edits import find_block
from campaigns.content.rules.document_mjml import NAMES

ICONS = {
    "heading": "heading", "text": "pilcrow", "image": "image", "button": "mouse-pointer-click",
    "columns": "columns-2", "products": "shopping-bag", "divider": "minus",
    "spacer": "move-vertical", "social": "share-2", "shared": "blocks", "raw": "code",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the outline: a block, or the head of a column."""

    name: str
    id: str = ""
    icon: str = ""
    summary: str = ""
    is_inner: bool = False
    is_chosen: bool = False


def composer(
    draft: WorkingDraft, chosen_id: str, form: BlockForm | FrameForm | None = None
) -> dict[str, Any]:
    """Return what `_compose.html` reads."""
    document = document_of(draft)
    chosen = find_block(document, chosen_id) if chosen_id else None
    if form is None:
        form = BlockForm(chosen) if chosen else FrameForm(document)
    inner = {
        block.id for outer in _columns(document) for each in outer.columns for block in each.blocks
    }
    allowed = [kind for kind in BLOCKS if kind != "columns" or (chosen and chosen.id) not in inner]
    return {
        "rows": _rows(document, chosen.id if chosen else ""),
        "chosen": chosen,
        "chosen_name": NAMES[chosen.kind] if chosen else "",
        "panel": form,
        "kinds": [(kind, NAMES[kind], ICONS[kind]) for kind in allowed],
        "simple_kinds": [(kind, NAMES[kind]) for kind in BLOCKS if kind != "columns"],
        "columns": range(1, len(chosen.columns) + 1) if isinstance(chosen, Columns) else (),
        "can_undo": can_step(draft, -1),
        "can_redo": can_step(draft, +1),
    }


def _columns(document: Document) -> list[Columns]:
    return [block for block in document.blocks if isinstance(block, Columns)]


def _rows(document: Document, chosen: str) -> list[Row]:
    rows = []
    for block in document.blocks:
        rows.append(_row(block, chosen))
        if isinstance(block, Columns):
            for number, column in enumerate(block.columns, start=1):
                rows.append(Row(name=f"Column {number}", is_inner=True))
                rows += [_row(inner, chosen, is_inner=True) for inner in column.blocks]
    return rows


def _row(block: Block, chosen: str, *, is_inner: bool = False) -> Row:
    said = next(
        (
            str(value)
            for name in ("text", "label", "alt", "src", "slug", "items")
            if (value := getattr(block, name, ""))
        ),
        "",
    )
    return Row(
        name=NAMES[block.kind],
        id=block.id,
        icon=ICONS[block.kind],
        summary=" ".join(said.split())[:60],
        is_inner=is_inner,
        is_chosen=block.id == chosen,
    )
