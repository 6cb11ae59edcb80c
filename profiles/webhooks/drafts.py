"""A mapping under edit: as rows of a form or as JSON, with what is wrong in either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from profiles.webhooks.rules.mapping import BadMapping, Problem, check_mapping, read_mapping
from profiles.webhooks.rules.rows import (
    ConditionRow,
    MappingRows,
    Row,
    RuleRows,
    read_rows,
    show_rows,
    write_document,
)
from profiles.webhooks.rules.writing import write_json

# So many empty rows stand below those that are filled in.
_EMPTY = 2
_PARTS = (
    ("identities", "Who it is about", "At least one must be found."),
    ("properties", "Properties of the event", "“*” takes all members of an object."),
    ("traits", "Traits of the person", "What is set on the profile."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody edits; without rows it is JSON. `problems` are of single rows."""

    text: str
    rows: MappingRows | None = None
    problems: Sequence[Problem] = ()

    @property
    def numbered_rules(self) -> list[dict[str, Any]]:
        """The rules as the form draws them: with empty rows at the end of every list."""
        return [_drawn(n, rule) for n, rule in enumerate(self.rows.rules)] if self.rows else []


def read_draft(posted: Mapping[str, str], *, step: str) -> Draft:
    """Read a posted editor and take the step it asks for: another rule, one less, the other form.

    JSON that cannot be used stays JSON; the preview says what is wrong.
    """
    if posted.get("editing") != "rows":
        draft = Draft(text=posted.get("mapping", ""))
        return as_rows_if_possible(draft) if step == "rows" else draft
    rows = read_rows(posted)
    if step == "add-rule":
        rows = rows.with_one_more()
    elif step.startswith("remove-rule-"):
        number = step.removeprefix("remove-rule-")
        rows = rows.without(int(number)) if number.isdecimal() and len(number) < 4 else rows
    document, problems = write_document(rows)
    draft = Draft(text=write_json(document), rows=rows, problems=problems)
    return replace(draft, rows=None) if step == "json" and not problems else draft


def as_rows_if_possible(draft: Draft) -> Draft:
    """Return the draft as rows where they have room for it and say exactly the same."""
    try:
        mapping = read_mapping(draft.text)
        rows = show_rows(msgspec.json.decode(draft.text))
        said = check_mapping(write_document(rows)[0])
    except BadMapping:
        return draft
    return replace(draft, rows=rows) if rows.fits and said == mapping else draft


def _drawn(number: int, rule: RuleRows) -> dict[str, Any]:
    return {
        "remove": f"remove-rule-{number}",
        "prefix": f"r{number}",
        "cells": rule.cells,
        "when": list(enumerate([*rule.when, ConditionRow()])),
        "parts": [
            (part, title, note, list(enumerate([*getattr(rule, part), *[Row()] * _EMPTY])))
            for part, title, note in _PARTS
        ],
    }
