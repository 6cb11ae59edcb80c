"""Turns the OpenAPI description into what the page of the API reference shows."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter, or one field of a body."""

    name: str
    place: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    takes: list[Field]
    returns: list[Field]
    answers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The operations of one subject."""

    name: str
    operations: list[Operation]


def build_reference(schema: Schema) -> list[Group]:
    """Return all operations by subject, in the order of their addresses."""
    groups: dict[str, list[Operation]] = defaultdict(list)
    for path, operations in schema["paths"].items():
        for method, found in operations.items():
            groups[found.get("tags", ["Other"])[0]].append(_operation(path, method, found, schema))
    return [Group(name=name, operations=found) for name, found in sorted(groups.items())]


def _operation(path: str, method: str, found: Schema, schema: Schema) -> Operation:
    answers = sorted(found["responses"].items())
    good: Schema = next((answer for status, answer in answers if status.startswith("2")), {})
    return Operation(
        anchor=found["operationId"], method=method.upper(), path=path,
        summary=found.get("summary", ""), text=found.get("description", ""),
        takes=[
            *(_parameter(each) for each in found.get("parameters", [])),
            *_body(found.get("requestBody", {}), "body", schema),
        ],
        returns=_body(good, "answer", schema),
        answers=[(status, answer.get("description", "")) for status, answer in answers],
    )  # fmt: skip


def _parameter(found: Schema) -> Field:
    return Field(
        name=found["name"], place=found["in"], kind=_kind(found["schema"]),
        is_required=found.get("required", False), text=found.get("description", ""),
    )  # fmt: skip


def _body(holder: Schema, place: str, schema: Schema) -> list[Field]:
    content = holder.get("content", {}).get("application/json", {})
    found = _resolve(content.get("schema", {}), schema)
    if found.get("type") == "array":
        found = _resolve(found["items"], schema)
    required = set(found.get("required", []))
    return [
        Field(
            name=name,
            place=place,
            kind=_kind(_resolve(each, schema)),
            is_required=name in required,
            text=each.get("description", ""),
        )
        for name, each in found.get("properties", {}).items()
    ]


def _resolve(found: Schema, schema: Schema) -> Schema:
    reference = found.get("$ref") or next(
        (part["$ref"] for part in found.get("allOf", []) if "$ref" in part), ""
    )
    name = reference.rpartition("/")[2]
    return schema["components"]["schemas"][name] if name else found


def _kind(found: Schema) -> str:
    if "enum" in found:
        return " | ".join(str(value) for value in found["enum"])
    kind = str(found.get("format") or found.get("type") or "any")
    if kind != "array":
        return kind
    items: Schema = found.get("items", {})
    return f"list of {items['$ref'].rpartition('/')[2] if '$ref' in items else _kind(items)}"
