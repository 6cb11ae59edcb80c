"""Editing a draft: pure changes of a definition as JSON. Every result is a new document.

An arrow is named by its node and its slot: `next`, `yes`, or `branches.1`. After each edit every
arrow leads somewhere, and what nobody could reach any more is gone.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final, TypeAlias

Document: TypeAlias = dict[str, Any]
DraftNode: TypeAlias = dict[str, Any]

SLOTS: Final = (
    "yes", "no", "timeout", "otherwise", "again",
    "sent", "deferred", "capped", "no_consent", "no_address", "suppressed", "failed", "held_out",
    "opened", "clicked", "next",
)  # fmt: skip
"""The fields of a node that hold a target, in the order staff see them, after its branches."""


class CannotEdit(ValueError):
    """The edit makes no sense here; the text says why, for people."""


def find_node(document: Document, name: str) -> DraftNode:
    """Return a node; raises `CannotEdit` when it is gone."""
    for node in document["nodes"]:
        if node["id"] == name:
            return dict(node)
    raise CannotEdit("This step is gone. Somebody deleted it, or it was undone.")


def arrows(node: DraftNode) -> list[tuple[str, str, str]]:
    """Return slot, the name staff see, and target of each arrow that leaves a node, in order."""
    branches = node.get("branches") or []
    found = [
        (f"branches.{place}", str(branch.get("name", "")), str(branch.get("next", "")))
        for place, branch in enumerate(branches)
    ]
    slots = [slot for slot in SLOTS if node.get(slot)]
    # Beside ways of their own, the plain way is the one for everybody else.
    rest = "otherwise" if len(slots) > 1 and "otherwise" not in slots else "next"
    named = [
        (slot, rest if slot == "next" else slot.replace("_", " "), node[slot]) for slot in slots
    ]
    return [*found, *named]


def targets(node: DraftNode) -> list[str]:
    """Return where the arrows of a node lead, in order."""
    return [target for _, _, target in arrows(node)]


def lead(document: Document, *, source: str, slot: str, target: str) -> Document:
    """Lead one arrow elsewhere."""
    edited = deepcopy(document)
    find_node(edited, target)
    _point(_node(edited, source), slot, target)
    return _prune(edited)


def insert_node(document: Document, node: DraftNode, *, source: str, slot: str) -> Document:
    """Put a node on an arrow; all its ways lead where the arrow led."""
    edited = deepcopy(document)
    target = _target(_node(edited, source), slot)
    added = deepcopy(node)
    added["id"] = free_name(edited, str(node["id"]))
    for own, _, _ in arrows(added):
        _point(added, own, target)
    _point(_node(edited, source), slot, added["id"])
    edited["nodes"].append(added)
    return _prune(edited)


def change_node(document: Document, name: str, node: DraftNode) -> Document:
    """Replace a node by a changed one; new branches lead where the first one does."""
    edited = deepcopy(document)
    old = _node(edited, name)
    first = next(iter(targets(old)), "")
    changed = {**deepcopy(node), "id": name}
    for slot, _, target in arrows(changed):
        if not target or target == "?":
            _point(changed, slot, first)
    edited["nodes"][edited["nodes"].index(old)] = changed
    return _prune(edited)


def remove_node(document: Document, name: str) -> Document:
    """Take a node out; what led to it leads on by its first way.

    Raises:
        CannotEdit: it is the entry, or the last exit.
    """
    edited = deepcopy(document)
    node = _node(edited, name)
    if node["type"] == "entry":
        raise CannotEdit("Every journey begins with its entry; change it instead.")
    others = [n["id"] for n in edited["nodes"] if n["type"] == "exit" and n["id"] != name]
    ways = [node["next"]] if node.get("next") else targets(node)
    onward = next((target for target in ways if target != name), None)
    onward = onward or next(iter(others), None)
    if onward is None:
        raise CannotEdit("A journey needs one exit. Add another before you delete this one.")
    edited["nodes"].remove(node)
    _lead_all(edited["nodes"], old=name, new=onward)
    return _prune(edited)


def copy_nodes(document: Document, name: str, *, source: str, slot: str) -> Document:
    """Put a copy of a node on an arrow, together with all that lies only behind it.

    Ways that end keep their exit; ways that go on elsewhere lead where the arrow led.
    """
    edited = deepcopy(document)
    together = _moving(edited, name)
    names = [n for n in together if n == name or _node(edited, n)["type"] != "exit"]
    target = _target(_node(edited, source), slot)
    copies: dict[str, str] = {}
    for old in names:
        copied = deepcopy(_node(edited, old))
        copies[old] = copied["id"] = free_name(edited, old)
        edited["nodes"].append(copied)
    for copied_name in copies.values():
        node = _node(edited, copied_name)
        for own, _, leads_to in arrows(node):
            _point(node, own, copies.get(leads_to, leads_to if leads_to in together else target))
    _point(_node(edited, source), slot, copies[name])
    return _prune(edited)


def move_nodes(document: Document, name: str, *, source: str, slot: str) -> Document:
    """Move a node onto an arrow, together with all that lies only behind it."""
    edited = deepcopy(document)
    names = _moving(edited, name)
    if source in names:
        raise CannotEdit("A step cannot move behind itself. Choose an arrow elsewhere.")
    moving = [_node(edited, moved) for moved in names]
    staying = [node for node in edited["nodes"] if node["id"] not in names]
    outside = [target for node in moving for target in targets(node) if target not in names]
    if outside:
        onward = outside[0]
    else:
        onward = free_name(edited, "exit")
        staying.append({"id": onward, "type": "exit"})
        edited["nodes"].append(staying[-1])
    _lead_all(staying, old=name, new=onward)
    target = _target(_node(edited, source), slot)
    for node in moving:
        for own, _, leads_to in arrows(node):
            if leads_to not in names:
                _point(node, own, target)
    _point(_node(edited, source), slot, name)
    return _prune(edited)


def free_name(document: Document, wish: str) -> str:
    """Return the wish, or the wish with the first free number."""
    taken = {node["id"] for node in document["nodes"]}
    stem = wish.rstrip("0123456789").rstrip("_") or "step"
    names: Iterator[str] = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return wish if wish not in taken else next(name for name in names if name not in taken)


def reachable(document: Document) -> list[str]:
    """Return the names of the nodes that can be reached, in the order of a walk by branches."""
    nodes = {node["id"]: node for node in document["nodes"]}
    start = next((node["id"] for node in document["nodes"] if node["type"] == "entry"), None)
    return _walk(nodes, start) if start else []


def _moving(document: Document, name: str) -> list[str]:
    """Return a node with a single way alone; else it and what can be reached only through it."""
    node = _node(document, name)
    if node["type"] == "entry":
        raise CannotEdit("The entry stays where it is.")
    if len(targets(node)) <= 1:
        return [name]
    nodes = {n["id"]: n for n in document["nodes"]}
    start = next(n["id"] for n in document["nodes"] if n["type"] == "entry")
    without = set(_walk({key: n for key, n in nodes.items() if key != name}, start))
    return [reached for reached in _walk(nodes, name) if reached not in without]


def _walk(nodes: dict[str, DraftNode], start: str) -> list[str]:
    seen: dict[str, None] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in nodes:
            continue
        seen[name] = None
        waiting.extend(reversed(targets(nodes[name])))
    return list(seen)


def _prune(document: Document) -> Document:
    keep = set(reachable(document))
    document["nodes"] = [node for node in document["nodes"] if node["id"] in keep]
    return document


def _node(document: Document, name: str) -> DraftNode:
    for node in document["nodes"]:
        if node["id"] == name:
            found: DraftNode = node
            return found
    raise CannotEdit("This step is gone. Somebody deleted it, or it was undone.")


def _target(node: DraftNode, slot: str) -> str:
    for own, _, target in arrows(node):
        if own == slot:
            return target
    raise CannotEdit("This arrow is gone. Choose another.")


def _point(node: DraftNode, slot: str, target: str) -> None:
    if slot.startswith("branches."):
        place = int(slot.removeprefix("branches."))
        if place >= len(node.get("branches") or []):
            raise CannotEdit("This arrow is gone. Choose another.")
        node["branches"][place]["next"] = target
    elif slot in SLOTS:
        node[slot] = target
    else:
        raise CannotEdit("This arrow is gone. Choose another.")


def _lead_all(nodes: list[DraftNode], *, old: str, new: str) -> None:
    for node in nodes:
        for slot, _, target in arrows(node):
            if target == old:
                _point(node, slot, new)
