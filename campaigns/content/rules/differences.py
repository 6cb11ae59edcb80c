"""What changed between two versions, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

# Unchanged lines shown around a change.
AROUND: Final = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `kind` is same, added, removed or gap."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PartDifference:
    """One part that differs."""

    name: str
    lines: list[Line]


def compare_parts(before: Mapping[str, str], after: Mapping[str, str]) -> list[PartDifference]:
    """Return the parts that differ, in the order of `after`; equal parts are left out."""
    names = [*after, *(name for name in before if name not in after)]
    return [
        PartDifference(name, compare_lines(before.get(name, ""), after.get(name, "")))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def compare_lines(before: str, after: str) -> list[Line]:
    """Return the changed lines with a little of what stands around them."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for group in SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(AROUND):
        if lines:
            lines.append(Line("gap", "…"))
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                lines += [Line("same", text) for text in old[old_from:old_to]]
                continue
            lines += [Line("removed", text) for text in old[old_from:old_to]]
            lines += [Line("added", text) for text in new[new_from:new_to]]
    return lines
