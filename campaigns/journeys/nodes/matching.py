"""Conditions on the properties of one event, and the JSON path they become."""

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_OPERATORS = {
    "equals": "==",
    "not_equals": "!=",
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
}


class Match(BaseModel):
    """One property compared with one value; `exists` compares nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    property: str = Field(min_length=1, max_length=100)
    is_: Literal[
        "equals",
        "not_equals",
        "at_least",
        "at_most",
        "more_than",
        "less_than",
        "contains",
        "exists",
    ] = Field(alias="is")
    value: str | float | int | bool | None = None


def json_path(matches: Sequence[Match]) -> str:
    """Return the JSON path that holds for properties all of whose conditions are met.

    Names and values are written as JSON strings, so that nothing in them is read as path.
    """
    if not matches:
        return "$"
    return "$ ? (" + " && ".join(_condition(match) for match in matches) + ")"


def _condition(match: Match) -> str:
    field = ".".join(["@", *(json.dumps(part) for part in match.property.split("."))])
    if match.is_ == "exists":
        return f"exists({field})"
    if match.is_ == "contains":
        pattern = json.dumps(str(match.value))
        return f'{field} like_regex {pattern} flag "qi"'
    return f"{field} {_OPERATORS[match.is_]} {json.dumps(match.value)}"
