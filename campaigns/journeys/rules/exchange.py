"""A journey as a file, and back: keys and numbers of this installation are found again by name."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError

from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.documents import Document
from campaigns.journeys.rules.specs import SpecDocument

FORMAT: Final = "mcps.journey"
_ENTRY: Final = "entry"


class Unreadable(ValueError):
    """The file is no journey; the text says why."""


def write_file(
    name: str, definition: Document, known: Known, specs: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the file of a journey. `names` says what its templates and segments are called.

    `specs` holds the documents of its specs by their names; they name steps and segments in words.
    """
    text = json.dumps(definition)
    return {
        "format": FORMAT,
        "version": 1,
        "name": name,
        "names": {
            "templates": {key: name for key, name in known.templates.items() if key in text},
            "segments": {
                str(number): name
                for number, name in known.segments.items()
                if number in _segment_ids(definition)
            },
            "segment_keys": {key: name for key, name in known.segment_keys.items() if key in text},
        },
        "definition": definition,
        "specs": dict(specs or {}),
    }


def read_file(text: str, known: Known) -> tuple[Document, dict[str, SpecDocument]]:
    """Return definition and specs of a file, with the templates and segments of this place.

    What has no namesake here is left open, so that the builder asks for it.

    Raises:
        Unreadable: it is no JSON, or no journey, or a spec cannot be read.
    """
    try:
        found = json.loads(text)
    except ValueError:
        raise Unreadable("This file is no JSON.") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Unreadable(f"This file is no journey: its format is not “{FORMAT}”.")
    definition = _part(found, "definition")
    nodes = definition.get("nodes")
    if not isinstance(nodes, list) or not _are_nodes(nodes):
        raise Unreadable("This file has no steps, or steps without id and type.")
    names = _part(found, "names")
    specs = {str(name): _spec(name, raw) for name, raw in _part(found, "specs").items()}
    return _localized(definition, names, known), specs


def _spec(name: str, raw: Any) -> SpecDocument:
    try:
        return SpecDocument.model_validate(raw)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise Unreadable(f"The spec “{name}” of this file cannot be read at “{place}”.") from None


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _are_nodes(nodes: list[Any]) -> bool:
    is_each = all(
        isinstance(node, dict)
        and isinstance(node.get("id"), str)
        and isinstance(node.get("type"), str)
        for node in nodes
    )
    return is_each and sum(node["type"] == _ENTRY for node in nodes) == 1


def _localized(definition: Document, names: dict[str, Any], known: Known) -> Document:
    document = deepcopy(definition)
    templates = {name: key for key, name in known.templates.items()}
    numbers = {name: number for number, name in known.segments.items()}
    keys = {name: key for key, name in known.segment_keys.items()}
    for node in document["nodes"]:
        if "template" in node and node["template"] not in known.templates:
            node["template"] = templates.get(_named(names, "templates", node["template"]), "")
        for trigger in node.get("triggers") or []:
            if "segment_id" in trigger:
                named = _named(names, "segments", trigger["segment_id"])
                trigger["segment_id"] = numbers.get(named)
        for branch in node.get("branches") or []:
            if branch.get("segment") and branch["segment"] not in known.segment_keys:
                branch["segment"] = keys.get(_named(names, "segment_keys", branch["segment"]), "")
    return document


def _named(names: dict[str, Any], kind: str, key: Any) -> str:
    known = names.get(kind)
    return str(known.get(str(key), "")) if isinstance(known, dict) else ""


def _segment_ids(definition: Document) -> set[Any]:
    return {
        trigger.get("segment_id")
        for node in definition["nodes"]
        for trigger in node.get("triggers") or []
    }
