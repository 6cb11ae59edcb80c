"""Steps of the builder: add, remove and wrap conditions in an authored rule. Pure."""

from copy import deepcopy
from typing import Any

Document = dict[str, Any]

NEW: dict[str, Document] = {
    "trait": {"kind": "trait", "key": "", "test": {"type": "text", "operator": "is", "values": []}},
    "field": {
        "kind": "field",
        "field": "last_seen_at",
        "test": {
            "type": "date",
            "operator": "in_last",
            "span": {"amount": 30, "unit": "days"},
        },
    },
    "count": {
        "kind": "count",
        "event": "",
        "where": [],
        "window": {"kind": "last", "span": {"amount": 30, "unit": "days"}},
        "operator": "at_least",
        "value": 1,
    },
    "aggregate": {
        "kind": "aggregate",
        "event": "",
        "where": [],
        "window": {"kind": "last", "span": {"amount": 90, "unit": "days"}},
        "measure": "sum",
        "property": "revenue",
        "test": {"type": "number", "operator": "at_least", "value": "100"},
    },
    "occurrence": {
        "kind": "occurrence",
        "event": "",
        "where": [],
        "which": "last",
        "when": {
            "type": "date",
            "operator": "more_than_ago",
            "span": {"amount": 30, "unit": "days"},
        },
    },
    "sequence": {
        "kind": "sequence",
        "first": {"event": "", "window": {"kind": "last", "span": {"amount": 30, "unit": "days"}}},
        "then": {"event": ""},
        "happens": False,
        "within": {"amount": 7, "unit": "days"},
        "same": [],
    },
    "reachable": {"kind": "reachable", "channel": "email", "topic": "", "value": True},
    "consent": {"kind": "consent", "channel": "email", "topic": "", "states": ["granted"]},
    "segment": {"kind": "segment", "segment": "", "member": True},
    "bucket": {"kind": "bucket", "salt": "split", "first": 0, "last": 999},
    "group": {"kind": "group", "match": "any", "rules": []},
}
KINDS = [
    ("count", "Did something", "activity"),
    ("trait", "An attribute", "tag"),
    ("aggregate", "A sum or average", "sigma"),
    ("occurrence", "First or last time", "clock"),
    ("sequence", "One thing, then another", "route"),
    ("field", "Computed trait, score, when last seen", "user"),
    ("reachable", "Can be reached", "mail-check"),
    ("consent", "Consent", "shield-check"),
    ("segment", "Another segment", "funnel"),
    ("bucket", "A random share", "dices"),
]


# The steps that add a filter, and to which list: on what happened, or on what the found one carried.
_FILTERS = {"filter": "where", "carried": "having"}


def apply_step(document: Document, step: str) -> Document:
    """Apply a step such as `add:0.1:count`, `remove:0.1`, `filter:0.1` to a rule.

    A step that does not fit the rule (a place that is gone) changes nothing.
    """
    verb, _, rest = step.partition(":")
    place, _, kind = rest.partition(":")
    changed = deepcopy(document)
    node = _find(changed["root"], place)
    if node is None:
        return changed
    if verb == "add" and kind in NEW and node.get("kind") == "group":
        added = deepcopy(NEW[kind])
        if kind == "group":
            added["rules"] = [deepcopy(NEW["count"])]
        node["rules"].append(added)
    elif verb == "remove" and place:
        parent, _, number = place.rpartition(".")
        del _find(changed["root"], parent)["rules"][int(number)]  # type: ignore[index]
    elif verb == "filter" or (verb == "carried" and node.get("kind") == "occurrence"):
        holder = node.get("first", node)
        holder.setdefault(_FILTERS[verb], []).append(
            {"property": "", "test": {"type": "text", "operator": "is", "values": []}}
        )
    return changed


def _find(root: Document, place: str) -> Document | None:
    node = root
    for number in place.split(".") if place else []:
        rules = node.get("rules", [])
        if not number.isdecimal() or int(number) >= len(rules):
            return None
        node = rules[int(number)]
    return node
