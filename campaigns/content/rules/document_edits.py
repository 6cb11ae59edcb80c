"""Edits of a document of blocks: add, remove, copy, move, change. Each returns the next document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from campaigns.content.rules.document import (
    BLOCKS,
    BadDocument,
    Block,
    Column,
    Columns,
    Document,
    read_document,
)

_Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a new block goes: after a block, or at the end of a column; else at the very end."""

    after: str = ""
    column: int | None = None


def iter_blocks(document: Document) -> Iterator[Block]:
    """Return every block, those in columns after the one that holds them."""
    for block in document.blocks:
        yield block
        if isinstance(block, Columns):
            for column in block.columns:
                yield from column.blocks


def find_block(document: Document, block_id: str) -> Block | None:
    """Return a block by id, or `None`."""
    return next((block for block in iter_blocks(document) if block.id == block_id), None)


def add_block(document: Document, kind: str, place: Place) -> tuple[Document, str]:
    """Add a block as new ones are; returns the document and the id of the block.

    Raises:
        BadDocument: there is no such block, or columns would stand inside columns.
    """
    if kind not in BLOCKS:
        raise BadDocument(f"There is no block “{kind}”.")
    fresh: _Plain = {"kind": kind, "id": f"b{_next_number(document)}"}
    plain = document.model_dump()
    target = _find_plain(plain, place.after) if place.after else None
    if target is None:
        plain["blocks"].append(fresh)
    elif place.column is not None and target[0][target[1]]["kind"] == "columns":
        columns = target[0][target[1]]["columns"]
        columns[min(place.column, len(columns) - 1)]["blocks"].append(fresh)
    else:
        target[0].insert(target[1] + 1, fresh)
    return read_document(plain), fresh["id"]


def remove_block(document: Document, block_id: str) -> Document:
    """Remove a block and what is in it."""
    plain, blocks, at = _located(document, block_id)
    del blocks[at]
    return read_document(plain)


def copy_block(document: Document, block_id: str) -> tuple[Document, str]:
    """Put a copy of a block below it; returns the document and the id of the copy."""
    plain, blocks, at = _located(document, block_id)
    number = _next_number(document)
    copied = _find_model(document, block_id).model_dump()
    inner = [block for column in copied.get("columns", ()) for block in column["blocks"]]
    for block in (copied, *inner):
        block["id"] = f"b{number}"
        number += 1
    blocks.insert(at + 1, copied)
    return read_document(plain), copied["id"]


def move_block(document: Document, block_id: str, by: int) -> Document:
    """Move a block one place up (-1) or down (+1); at the edge of a column into the next column."""
    plain, blocks, at = _located(document, block_id)
    if 0 <= at + by < len(blocks):
        blocks.insert(at + by, blocks.pop(at))
        return read_document(plain)
    neighbor = _neighbor(plain, blocks, by)
    if neighbor is not None:
        neighbor.insert(len(neighbor) if by < 0 else 0, blocks.pop(at))
    return read_document(plain)


def change_block(document: Document, block_id: str, fields: _Plain) -> Document:
    """Set some fields of a block.

    Raises:
        BadDocument: a field cannot be so, or the block is gone.
    """
    plain, blocks, at = _located(document, block_id)
    blocks[at] = {**blocks[at], **fields}
    return read_document(plain)


def set_column_count(document: Document, block_id: str, count: int) -> Document:
    """Widen or narrow columns; what stood in a column that goes moves into the last one left."""
    block = _find_model(document, block_id)
    if not isinstance(block, Columns):
        raise BadDocument("This block has no columns.")
    kept = [column.model_dump() for column in block.columns[:count]]
    for column in block.columns[count:]:
        kept[-1]["blocks"] += column.model_dump()["blocks"]
    kept += [Column().model_dump()] * (count - len(kept))
    return change_block(document, block_id, {"columns": kept})


def _next_number(document: Document) -> int:
    return max((int(block.id[1:]) for block in iter_blocks(document)), default=0) + 1


def _find_model(document: Document, block_id: str) -> Block:
    found = find_block(document, block_id)
    if found is None:
        raise BadDocument("This block is gone. Somebody removed it, or it was undone.")
    return found


def _located(document: Document, block_id: str) -> tuple[_Plain, list[_Plain], int]:
    plain = document.model_dump()
    found = _find_plain(plain, block_id)
    if found is None:
        raise BadDocument("This block is gone. Somebody removed it, or it was undone.")
    return plain, *found


def _find_plain(plain: _Plain, block_id: str) -> tuple[list[_Plain], int] | None:
    for blocks in _lists(plain):
        for at, block in enumerate(blocks):
            if block["id"] == block_id:
                return blocks, at
    return None


def _lists(plain: _Plain) -> Iterator[list[_Plain]]:
    yield plain["blocks"]
    for block in plain["blocks"]:
        for column in block.get("columns", ()):
            yield column["blocks"]


def _neighbor(plain: _Plain, blocks: list[_Plain], by: int) -> list[_Plain] | None:
    """Return the column beside one, or `None` at the outer edge and outside of columns."""
    for block in plain["blocks"]:
        columns: list[list[_Plain]] = [each["blocks"] for each in block.get("columns", ())]
        for at, column in enumerate(columns):
            if column is blocks and 0 <= at + by < len(columns):
                return columns[at + by]
    return None
