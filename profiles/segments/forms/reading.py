"""From the builder's form to an authored rule. The form holds the whole tree, so it needs no state.

Each node is named by its place, `0.1`; its fields are `0.1.kind`, `0.1.event` and so on. What the
form cannot show is kept as JSON in `0.1.json`.
"""

import json
from collections.abc import Mapping
from typing import Any

from profiles.segments.forms.operators import ANY_TIME
from profiles.segments.rules.reach import STATES

Document = dict[str, Any]
LIST_SEPARATOR = ","


class FormReader:
    """Reads one submitted form."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def document(self) -> Document:
        """Return the rule as authored; it may be incomplete."""
        return {"version": 1, "root": self._group("")}

    def document_at(self, place: str) -> Document:
        """Return one condition as authored."""
        return self._condition(place, self._get(place, "kind"))

    def selection_at(self, place: str) -> Document:
        """Return event, filters and window as authored."""
        return self._selection(place)

    def _group(self, place: str) -> Document:
        children = []
        number = 0
        while (kind := self._get(child := _join(place, number), "kind")) != "":
            children.append(self._group(child) if kind == "group" else self._condition(child, kind))
            number += 1
        match = self._get(place, "match") or "all"
        return {"kind": "group", "match": match, "rules": children}

    def _condition(self, place: str, kind: str) -> Document:
        if kind == "json":
            return self._authored(place)
        read = {
            "trait": self._trait,
            "field": self._field,
            "count": self._count,
            "aggregate": self._aggregate,
            "occurrence": self._occurrence,
            "sequence": self._sequence,
            "reachable": self._reachable,
            "consent": self._consent,
            "segment": self._segment,
            "bucket": self._bucket,
        }[kind]
        return {"kind": kind, **read(place)}

    def _authored(self, place: str) -> Document:
        try:
            found = json.loads(self._get(place, "json") or "{}")
        except ValueError:
            return {"kind": "json"}
        return found if isinstance(found, dict) else {"kind": "json"}

    def _trait(self, place: str) -> Document:
        found: Document = {"key": self._get(place, "key"), "test": self._test(place)}
        return found | self._lasting(place)

    def _field(self, place: str) -> Document:
        return {"field": self._get(place, "field"), "test": self._test(place)}

    def _count(self, place: str) -> Document:
        return {
            **self._selection(place),
            "operator": self._get(place, "times") or "at_least",
            "value": self._get(place, "number") or "1",
        }

    def _aggregate(self, place: str) -> Document:
        return {
            **self._selection(place),
            "measure": self._get(place, "measure") or "sum",
            "property": self._get(place, "property") or "revenue",
            "test": self._test(place, default="number:at_least"),
        }

    def _occurrence(self, place: str) -> Document:
        found: Document = {
            **self._happening(place),
            "which": self._get(place, "which") or "last",
            "having": self._filters(f"{place}.having"),
        }
        if self._get(place, "op") != ANY_TIME:
            found["when"] = self._test(place, default="date:in_last")
        return found

    def _sequence(self, place: str) -> Document:
        same = self._get(place, "same")
        return {
            "first": self._selection(place),
            "then": {"event": self._get(place, "then")},
            "happens": self._get(place, "happens") != "no",
            "within": self._span(place, "within"),
            "same": [{"first": same, "then": same}] if same else [],
        }

    def _reachable(self, place: str) -> Document:
        return {
            "channel": self._get(place, "channel") or "email",
            "topic": self._get(place, "topic"),
            "value": self._get(place, "answer") != "no",
        }

    def _consent(self, place: str) -> Document:
        return {
            "channel": self._get(place, "channel") or "email",
            "topic": self._get(place, "topic"),
            "states": [one for one in STATES if self._get(place, f"state_{one}")],
        }

    def _segment(self, place: str) -> Document:
        found: Document = {
            "segment": self._get(place, "segment"),
            "member": self._get(place, "member") != "no",
        }
        return found | (self._lasting(place) if found["member"] else {})

    def _lasting(self, place: str) -> Document:
        asked = self._get(place, "lasting_amount")
        return {"lasting": self._span(place, "lasting")} if asked else {}

    def _bucket(self, place: str) -> Document:
        percent = self._get(place, "percent") or "10"
        last = int(float(percent) * 100) - 1 if percent.replace(".", "", 1).isdecimal() else percent
        return {"salt": self._get(place, "salt") or "split", "first": 0, "last": last}

    def _happening(self, place: str) -> Document:
        return {"event": self._get(place, "event"), "where": self._filters(f"{place}.where")}

    def _filters(self, prefix: str) -> list[Document]:
        filters = []
        number = 0
        while (path := self._fields.get(f"{prefix}{number}.property")) is not None:
            if path.strip():
                test = self._test(f"{prefix}{number}", default="text:is")
                filters.append({"property": path.strip(), "test": test})
            number += 1
        return filters

    def _selection(self, place: str) -> Document:
        return {**self._happening(place), "window": self._window(place)}

    def _window(self, place: str) -> Document:
        kind = self._get(place, "window") or "ever"
        if kind == "last":
            return {"kind": kind, "span": self._span(place, "span")}
        if kind == "between":
            return {
                "kind": kind,
                "nearest": self._span(place, "nearest"),
                "farthest": self._span(place, "farthest"),
            }
        if kind == "fixed":
            edges = {name: self._get(place, name) for name in ("start", "end")}
            return {"kind": kind, **{name: edge for name, edge in edges.items() if edge}}
        return {"kind": "ever"}

    def _span(self, place: str, name: str) -> Document:
        return {
            "amount": self._get(place, f"{name}_amount") or _SPANS.get(name, "30"),
            "unit": self._get(place, f"{name}_unit") or "days",
        }

    def _test(self, place: str, *, default: str = "text:is") -> Document:
        kind, _, operator = (self._get(place, "op") or default).partition(":")
        value = self._get(place, "value")
        test: Document = {"type": kind, "operator": operator}
        if kind in {"text", "list"}:
            test["values"] = [one.strip() for one in value.split(LIST_SEPARATOR) if one.strip()]
        elif operator == "between":
            test |= {"low": value, "high": self._get(place, "upper")}
        elif kind == "number" or operator in {"before", "after", "on"}:
            test["value"] = value
        elif kind == "boolean":
            test |= {"operator": "is", "value": operator == "yes"}
        elif operator == "anniversary":
            test["within_days"] = self._get(place, "test_amount") or "0"
        elif kind == "date":
            test["span"] = self._span(place, "test")
        return test

    def _get(self, place: str, name: str) -> str:
        return self._fields.get(f"{place}.{name}" if place else name, "").strip()


_SPANS = {"within": "7", "nearest": "30", "farthest": "90", "lasting": "7"}


def _join(place: str, number: int) -> str:
    return f"{place}.{number}" if place else str(number)
