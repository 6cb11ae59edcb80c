"""Lines of a Singer tap: what each says, and what the target makes of a record. Pure."""

from collections.abc import Mapping as Cells
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict

from profiles.imports.rules.mapping import Mapping
from profiles.imports.rules.suggesting import suggest_people

# Columns that Meltano's taps add; they change at every run and say nothing about anybody.
_OWN_PREFIX = "_sdc_"


class BadLine(ValueError):
    """A line that is none of the protocol; the text says why."""


class Line(msgspec.Struct, gc=False):
    """One line of a tap; what it may hold depends on its type."""

    type: str
    stream: str = ""
    record: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    value: Any = None


class TargetMapping(BaseModel):
    """What to make of each stream: a mapping, or `null` to leave it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    streams: dict[str, Mapping | None]


_decoder = msgspec.json.Decoder(Line)


def read_line(line: bytes) -> Line:
    """Read one line.

    Raises:
        BadLine: it is none of the protocol.
    """
    try:
        found = _decoder.decode(line)
    except msgspec.ValidationError as error:
        raise BadLine(f"It is no message of a Singer tap: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadLine("It is no JSON.") from None
    missing = {
        "RECORD": found.record is None or not found.stream,
        "SCHEMA": found.schema is None or not found.stream,
    }
    if found.type == "BATCH":
        raise BadLine("Batches in files are not taken in; switch batch_config off in the tap.")
    if missing.get(found.type, False):
        raise BadLine(f"A {found.type} message needs its stream and its {found.type.lower()}.")
    return found


def own_cells(record: Cells[str, Any]) -> dict[str, Any]:
    """Return a record without what the tap itself added."""
    return {name: cell for name, cell in record.items() if not name.startswith(_OWN_PREFIX)}


def columns_of(schema: Cells[str, Any]) -> list[str]:
    """Return the columns that a stream's schema names, without the tap's own."""
    properties = schema.get("properties")
    return list(own_cells(properties)) if isinstance(properties, dict) else []


def choose_mapping(
    stream: str, columns: list[str], chosen: TargetMapping | None
) -> tuple[Mapping | None, str]:
    """Return the mapping of a stream and what an operator should know about it.

    Without a file every stream is taken as people. `None` leaves the stream out.

    Raises:
        ValueError: no column names anybody, and no mapping says what to do.
    """
    if chosen and stream in chosen.streams:
        mapping = chosen.streams[stream]
        gone = [c.column for c in mapping.columns if c.column not in columns] if mapping else []
        if gone and columns:
            return mapping, f"The tap's schema does not name the mapped columns {', '.join(gone)}."
        return mapping, ""
    mapping = suggest_people(columns)
    if mapping is None:
        raise ValueError(
            f"No column of the stream “{stream}” says who a record is about. Name the stream in "
            "the file of --mapping, with null to leave it out."
        )
    used = ", ".join(f"{c.column} as {c.use.replace('_', ' ')}" for c in mapping.columns)
    return mapping, f"Records are people: {used}."
