"""Operators of value tests as the builder offers them, and one test as its fields show it."""

from dataclasses import dataclass
from typing import Any

OPERATORS: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "Text",
        [
            ("text:is", "is"),
            ("text:is_not", "is not"),
            ("text:contains", "contains"),
            ("text:not_contains", "does not contain"),
            ("text:starts_with", "starts with"),
            ("text:ends_with", "ends with"),
        ],
    ),
    (
        "Number",
        [
            ("number:is", "equals"),
            ("number:is_not", "does not equal"),
            ("number:more_than", "is more than"),
            ("number:at_least", "is at least"),
            ("number:less_than", "is less than"),
            ("number:at_most", "is at most"),
            ("number:between", "is between"),
        ],
    ),
    (
        "Date",
        [
            ("date:in_last", "was in the last"),
            ("date:more_than_ago", "was more than … ago"),
            ("date:in_next", "is in the next"),
            ("date:more_than_ahead", "is more than … ahead"),
            ("date:before", "is before"),
            ("date:after", "is on or after"),
            ("date:on", "is on"),
            ("date:anniversary", "has its anniversary within"),
        ],
    ),
    ("Yes or no", [("boolean:yes", "is yes"), ("boolean:no", "is no")]),
    (
        "List",
        [
            ("list:any_of", "has any of"),
            ("list:all_of", "has all of"),
            ("list:none_of", "has none of"),
        ],
    ),
    ("Known", [("presence:present", "is known"), ("presence:missing", "is not known")]),
]
"""Operators of value tests, by kind."""

CHOICES: dict[str, list[tuple[str, str]]] = {
    "times": [
        ("at_least", "at least"),
        ("exactly", "exactly"),
        ("at_most", "at most"),
        ("more_than", "more than"),
        ("fewer_than", "fewer than"),
    ],
    "measure": [
        ("sum", "sum"),
        ("average", "average"),
        ("minimum", "minimum"),
        ("maximum", "maximum"),
        ("distinct", "number of different"),
    ],
    "which": [("last", "last"), ("first", "first")],
    "answer": [("yes", "can be reached by"), ("no", "cannot be reached by")],
    "channel_lower": [("email", "e-mail"), ("sms", "SMS"), ("push", "push")],
    "channel": [("email", "E-mail"), ("sms", "SMS"), ("push", "Push")],
    "member": [("yes", "is in"), ("no", "is not in")],
    "window": [
        ("ever", "ever"),
        ("last", "in the last"),
        ("between", "between … ago"),
        ("fixed", "between dates"),
    ],
    "happens": [("yes", "and then"), ("no", "and then not")],
}
"""Choices of the other selects of a condition, by field."""

ANY_TIME = "date:any"
"""What the first or last time is asked when only what it carried counts."""

_MOVING = {"in_last", "more_than_ago", "in_next", "more_than_ahead"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestShown:
    """A test as fields: the operator and whichever of value, upper bound and span it takes."""

    operator: str
    choices: list[tuple[str, list[tuple[str, str]]]]
    takes: str
    value: str = ""
    upper: str = ""
    amount: str = ""
    unit: str = "days"

    def fields(self, prefix: str) -> dict[str, str]:
        """Return the form fields that say the test."""
        found = {f"{prefix}.op": self.operator}
        if self.takes in {"texts", "number", "range", "date"}:
            found[f"{prefix}.value"] = self.value
        if self.takes == "range":
            found[f"{prefix}.upper"] = self.upper
        if self.takes in {"span", "days"}:
            found[f"{prefix}.test_amount"] = self.amount
        if self.takes == "span":
            found[f"{prefix}.test_unit"] = self.unit
        return found


def show_when(test: dict[str, Any] | None) -> TestShown:
    """Return as fields when something was the first or last time, which may be any time."""
    if test is None:
        return TestShown(operator=ANY_TIME, choices=_choices("when"), takes="nothing")
    return show_test(test, "when")


def show_test(test: dict[str, Any], allowed: str) -> TestShown:
    """Return a test as fields.

    `allowed` is any, number, when (dates, or any time), or where (nothing that moves).
    """
    kind, operator = test["type"], test["operator"]
    if kind == "boolean":
        operator = "yes" if test["value"] else "no"
    takes = _takes(kind, operator)
    span = test["span"] if takes == "span" else {}
    days = test["within_days"] if takes == "days" else ""
    value: Any = {"texts": ", ".join(test.get("values", [])), "range": test.get("low")}.get(takes)
    if takes in {"number", "date"}:
        value = str(test.get("value", ""))[: 10 if takes == "date" else None]
    return TestShown(
        operator=f"{kind}:{operator}",
        choices=_choices(allowed),
        takes=takes,
        value=str(value or ""),
        upper=str(test.get("high", "")),
        amount=str(span.get("amount", days)),
        unit=span.get("unit", "days"),
    )


def _takes(kind: str, operator: str) -> str:
    """Return which fields a test needs besides its operator."""
    if kind in {"text", "list"}:
        return "texts"
    if kind == "number":
        return "range" if operator == "between" else "number"
    if kind != "date":
        return "nothing"
    if operator in _MOVING:
        return "span"
    return "days" if operator == "anniversary" else "date"


def _choices(allowed: str) -> list[tuple[str, list[tuple[str, str]]]]:
    known = dict(OPERATORS)
    if allowed == "number":
        return [("Number", known["Number"])]
    if allowed == "when":
        return [("Date", [*known["Date"], (ANY_TIME, "was at any time")])]
    if allowed == "where":
        moving = {*(f"date:{name}" for name in _MOVING), "date:anniversary"}
        return [(label, [row for row in rows if row[0] not in moving]) for label, rows in OPERATORS]
    return OPERATORS
