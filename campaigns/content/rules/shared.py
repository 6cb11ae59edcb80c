"""Puts shared blocks where `{% render "name" %}` stands, before anything is compiled.

MJML must be whole before it is compiled, and a published version must not change with a block; so
the words of a block become the words of the template, in a scope of their own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# Blocks inside blocks; deeper is a circle or a maze.
MAX_DEPTH = 4
_RENDER = re.compile(
    r"""\{%-?\s*render\s+(?P<quote>["'])(?P<name>[^"']*)(?P=quote)\s*,?(?P<args>(?:(?!%\}).)*?)-?%\}""",
    re.DOTALL,
)

HEAD = """<mj-head>{preview}<mj-attributes><mj-all font-family="{{{{ brand.body_font }}}}" />\
<mj-text font-size="16px" line-height="24px" color="{{{{ brand.text }}}}" /></mj-attributes></mj-head>"""


class BlockKind(StrEnum):
    """Where a shared block can stand."""

    SECTIONS = "sections"
    COLUMN = "column"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWords:
    """The words of one version of a shared block."""

    kind: BlockKind
    number: int
    source: str

    def pin(self) -> dict[str, Any]:
        """Return what a published template keeps of the block: all of it."""
        return {"kind": self.kind.value, "number": self.number, "source": self.source}


def read_pins(pinned: Mapping[str, Mapping[str, Any]]) -> dict[str, SharedWords]:
    """Return the blocks that a published template kept."""
    return {
        slug: SharedWords(kind=BlockKind(pin["kind"]), number=pin["number"], source=pin["source"])
        for slug, pin in pinned.items()
    }


class BadBlock(ValueError):
    """A shared block cannot stand where it is asked for; the text says on which line."""


@dataclass(slots=True)
class Expansion:
    """Puts blocks into the parts of one message and remembers which versions it took."""

    blocks: Mapping[str, SharedWords]
    used: dict[str, SharedWords] = field(default_factory=dict)

    def expand_source(self, source: str, *, is_mjml: bool) -> str:
        """Return the source of a mail with its blocks in place; raises `BadBlock`.

        Each block becomes one line, so that faults are named by the lines of staff.
        """
        return self._expand(source, is_mjml=is_mjml, joint=" ")

    def expand_text(self, text: str) -> str:
        """Return plain words with their blocks in place, line by line; raises `BadBlock`."""
        return self._expand(text, is_mjml=False, joint="\n")

    def _expand(self, text: str, *, is_mjml: bool, joint: str, inside: tuple[str, ...] = ()) -> str:
        def put(match: re.Match[str]) -> str:
            name = match["name"]
            line = text.count("\n", 0, match.start()) + 1
            block = self._find(name, inside, line=line, is_mjml=is_mjml)
            self.used[name] = block
            around = (*inside, name)
            words = self._expand(block.source, is_mjml=is_mjml, joint=joint, inside=around)
            return _scoped(joint.join(words.split("\n")), match["args"].strip(), block.kind)

        return _RENDER.sub(put, text)

    def _find(self, name: str, inside: tuple[str, ...], *, line: int, is_mjml: bool) -> SharedWords:
        block = self.blocks.get(name)
        if block is None:
            raise BadBlock(f"Line {line}: there is no shared block “{name}”.")
        if name in inside or len(inside) >= MAX_DEPTH:
            trail = " → ".join((*inside, name))
            raise BadBlock(f"Shared blocks go round in a circle or too deep: {trail}.")
        if block.kind is not BlockKind.WORDS and not is_mjml:
            raise BadBlock(
                f"Line {line}: the shared block “{name}” is MJML; it cannot stand in this part."
            )
        return block


def _scoped(words: str, arguments: str, kind: BlockKind) -> str:
    opening, closing = f"{{% scoped {arguments} %}}", "{% endscoped %}"
    if kind is BlockKind.WORDS:
        return f"{opening}{words}{closing}"
    return f"<mj-raw>{opening}</mj-raw>{words}<mj-raw>{closing}</mj-raw>"


def frame_of(kind: BlockKind, words: str) -> str:
    """Return a whole MJML document around a block, to check it and to show it alone."""
    if kind is BlockKind.WORDS:
        words = f"<mj-text>{words}</mj-text>"
    if kind is not BlockKind.SECTIONS:
        words = f"<mj-section><mj-column>{words}</mj-column></mj-section>"
    return f"<mjml>{HEAD.format(preview='')}<mj-body>{words}</mj-body></mjml>"
