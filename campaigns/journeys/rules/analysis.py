"""What is wrong with a draft, all of it at once, in words and with the step it is about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from campaigns.journeys.rules.definition import AnyNode, find_circle
from campaigns.journeys.rules.documents import Document, DraftNode, reachable, targets
from campaigns.journeys.rules.feedback import Neighbor, find_way_back, neighbor_of

_NODE: TypeAdapter[Any] = TypeAdapter(AnyNode)
_MISSING = {
    "template": "Choose the template to send.",
    "event": "Name the event.",
    "segment": "Choose the segment of every branch.",
    "at": "Give the time of day as hours and minutes, for example 10:00.",
    "segment_id": "Choose the segment.",
    "name": "Give every branch a name.",
    "property": "Name the property to compare.",
    "trait": "Name the trait.",
    "url": "Give the address to call; it begins with https://.",
    "settings": "Name an attribute to set.",
    "rrule": "Say when: a rule such as FREQ=WEEKLY;BYDAY=MO.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a draft may refer to: published templates and segments by name, and who hears its events."""

    templates: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[int, str] = field(default_factory=dict)
    segment_keys: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    """The channel of each template."""
    neighbors: Sequence[Neighbor] = ()
    """The other live journeys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One problem. A hint does not stop publishing."""

    node: str
    message: str
    is_hint: bool = False


def find_faults(document: Document, known: Known) -> list[Fault]:
    """Return every problem of a draft: those that stop publishing first."""
    faults = [fault for node in document["nodes"] for fault in _node_faults(node, known)]
    faults += _graph_faults(document)
    if not any(fault.node for fault in faults):
        faults += [*_hints(document), *_feedback(document, known)]
    return faults


def _node_faults(node: DraftNode, known: Known) -> Iterator[Fault]:
    name = node["id"]
    try:
        _NODE.validate_python(node)
    except ValidationError as error:
        for text in dict.fromkeys(_told(fault) for fault in error.errors(include_url=False)):
            yield Fault(node=name, message=text)
    rules = [node.get("rule"), *(branch.get("rule") for branch in node.get("branches") or [])]
    if {} in rules:
        yield Fault(node=name, message="Write the rule: open “Edit the rule”.")
    if node["type"] == "send" and node.get("template") and node["template"] not in known.templates:
        yield Fault(node=name, message="This template is gone or was never published.")
    for trigger in node.get("triggers") or []:
        segment = trigger.get("segment_id")
        if segment and segment not in known.segments:
            yield Fault(node=name, message="This segment is gone. Choose another.")


def _told(fault: Any) -> str:
    place = [str(part) for part in fault["loc"]]
    known = _MISSING.get(place[-1]) if place else None
    if known:
        return known
    if place and place[-1] == "triggers":
        return "Choose what lets people in."
    text = str(fault["msg"]).removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _graph_faults(document: Document) -> Iterator[Fault]:
    names = {node["id"] for node in document["nodes"]}
    ways = {node["id"]: targets(node) for node in document["nodes"]}
    for name, leads_to in ways.items():
        if any(target not in names for target in leads_to):
            yield Fault(node=name, message="One of its ways leads nowhere. Choose where it leads.")
    reached = set(reachable(document))
    for name in ways:
        if name not in reached:
            yield Fault(
                node=name, message="Nobody can reach this step. Lead a way to it or delete it."
            )
    if len(names) < len(document["nodes"]):
        yield Fault(node="", message="Two steps have the same id. Give each its own in the file.")
    waits = {
        node["id"]
        for node in document["nodes"]
        if node["type"] in {"hold", "wait_days", "loop", "webhook"}
        or (node["type"] == "wait" and (node.get("seconds") or 0) > 0)
        or (node["type"] == "send" and len(targets(node)) > 1)
    }
    circle = find_circle({name: to for name, to in ways.items() if name not in waits})
    if circle:
        yield Fault(node=circle, message="People would circle here for ever. Put a wait into it.")


def _hints(document: Document) -> Iterator[Fault]:
    nodes = {node["id"]: node for node in document["nodes"]}
    if not any(node["type"] == "send" for node in nodes.values()):
        yield Fault(node="", message="Nobody gets a message in this journey.", is_hint=True)
    for name, node in nodes.items():
        following = [nodes[target] for target in targets(node)]
        if (
            node["type"] == "send"
            and len(following) == 1
            and any(after["type"] == "send" for after in following)
        ):
            text = "The next message follows at once. Put a wait between them."
            yield Fault(node=name, message=text, is_hint=True)
        if node["type"] == "emit" and _starts_by(nodes, node.get("event")):
            text = "This event also starts this journey: who comes here may enter it again."
            yield Fault(node=name, message=text, is_hint=True)
        if len(following) > 1 and len({after["id"] for after in following}) == 1:
            text = "All its branches lead to the same step."
            yield Fault(node=name, message=text, is_hint=True)


def _feedback(document: Document, known: Known) -> Iterator[Fault]:
    """Yield the events that come back to this journey through others."""
    own = neighbor_of("", document)
    emits = (node for node in document["nodes"] if node["type"] == "emit")
    for node in emits:
        way = find_way_back(own, str(node.get("event")), known.neighbors)
        if way:
            text = (
                f"This event starts {way}, which starts this journey again: people may go round. "
                "A least time between two entries, or a most of entries, ends that."
            )
            yield Fault(node=node["id"], message=text, is_hint=True)


def _starts_by(nodes: Mapping[str, DraftNode], event: Any) -> bool:
    entry = next((node for node in nodes.values() if node["type"] == "entry"), {})
    return any(trigger.get("event") == event for trigger in entry.get("triggers") or [])
