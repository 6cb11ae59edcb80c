"""What a draft changes against the live version, step by step."""

from dataclasses import dataclass
from typing import Any

from campaigns.journeys.rules.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One step that is new, gone or changed; `fields` holds what changed, before and after."""

    node: str
    change: str
    fields: tuple[tuple[str, str, str], ...] = ()


def compare(live: Document | None, draft: Document) -> list[Difference]:
    """Return the differences: new steps, changed ones, gone ones, then the settings."""
    before = {node["id"]: node for node in (live or {"nodes": []})["nodes"]}
    after = {node["id"]: node for node in draft["nodes"]}
    found = [Difference(node=name, change="new") for name in after if name not in before]
    for name, node in after.items():
        fields = _fields(before[name], node) if name in before else ()
        if fields:
            found.append(Difference(node=name, change="changed", fields=fields))
    found += [Difference(node=name, change="gone") for name in before if name not in after]
    settings = _fields(_settings(live), _settings(draft)) if live else ()
    if settings:
        found.append(Difference(node="", change="changed", fields=settings))
    return found


def _settings(document: Document | None) -> Document:
    return {key: value for key, value in (document or {}).items() if key != "nodes"}


def _fields(before: Document, after: Document) -> tuple[tuple[str, str, str], ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(
        (name.replace("_", " "), _told(before.get(name)), _told(after.get(name)))
        for name in names
        if _plain(before.get(name)) != _plain(after.get(name))
    )


def _plain(value: Any) -> Any:
    """Read missing, empty and default text alike: filling in a default is no change."""
    return None if value in ("", [], {}) else value


def _told(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_told(part)}" for key, part in value.items() if part)
    if isinstance(value, list):
        return "; ".join(_told(part) for part in value)
    return str(value)
