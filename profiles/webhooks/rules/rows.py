"""A mapping as rows of a form, and back, so that nobody has to write JSON.

What a row cannot say (a header, a joined text, names of values) stands in its cell as the JSON of
that one value: whatever a mapping holds survives the way to the form and back.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from profiles.webhooks.rules.mapping import Problem

KINDS = (
    ("any", "As it is"), ("text", "Text"), ("lower", "Text, small letters"), ("number", "Number"),
    ("boolean", "Yes or no"), ("time", "Time"), ("minor_units", "Amount in cents"), ("list", "List"),
)  # fmt: skip
TESTS = (
    ("is", "is"), ("is_not", "is not"), ("is_one_of", "is one of"), ("starts_with", "starts with"),
    ("exists", "is there"), ("missing", "is missing"),
)  # fmt: skip
PLACES = (("path", "Path"), ("body", "Path in the whole request"), ("header", "Header"))
IDENTIFIERS = ("user_id", "anonymous_id", "email", "phone")
# A request of a form holds at most 1,000 fields; a larger mapping is edited as JSON.
MOST_CELLS = 800

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?")
_OR = re.compile(r"\s+or\s+(?=\$)")
_SINGLE = ("name", "each", "message", "event", "occurred_at", "message_id")
_VALUES = ("event", "occurred_at", "message_id")


@dataclass(frozen=True, slots=True)
class Row:
    """A name, and where its value stands."""

    name: str = ""
    value: str = ""
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """What must be so for a rule to apply."""

    place: str = "path"
    where: str = ""
    test: str = "is"
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRows:
    """One rule as its fields show it."""

    cells: Mapping[str, str] = field(default_factory=dict)
    when: Sequence[ConditionRow] = ()
    identities: Sequence[Row] = ()
    properties: Sequence[Row] = ()
    traits: Sequence[Row] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRows:
    """A whole mapping as a form shows it."""

    rules: Sequence[RuleRows]
    otherwise: str = "quarantine"

    @property
    def fits(self) -> bool:
        """Say whether a form can hold it."""
        rows = sum(
            len(rule.when) * 4 + 3 * len([*rule.identities, *rule.properties, *rule.traits]) + 30
            for rule in self.rules
        )
        return rows <= MOST_CELLS

    def without(self, number: int) -> "MappingRows":
        """Return it without one rule."""
        return replace(self, rules=[r for n, r in enumerate(self.rules) if n != number])

    def with_one_more(self) -> "MappingRows":
        """Return it with an empty rule at the end."""
        return replace(self, rules=[*self.rules, RuleRows()])


def show_rows(document: Mapping[str, Any]) -> MappingRows:
    """Return the rows of a mapping that can be used."""
    return MappingRows(
        rules=[_show_rule(rule) for rule in document["rules"]],
        otherwise=document.get("otherwise", "quarantine"),
    )


def read_rows(fields: Mapping[str, str]) -> MappingRows:
    """Read the rows of a posted form; rows in which nothing stands are left out."""
    rules: list[RuleRows] = []
    while f"r{len(rules)}.name" in fields and len(rules) < 100:
        prefix = f"r{len(rules)}"
        rules.append(
            RuleRows(
                cells={name: fields.get(f"{prefix}.{name}", "").strip() for name in _SINGLE},
                when=[
                    ConditionRow(*cells)
                    for cells in _posted(
                        fields, f"{prefix}.when", ("place", "where", "test", "value")
                    )
                    if cells[1] or cells[3]
                ],
                **{
                    part: [
                        Row(*cells)
                        for cells in _posted(fields, f"{prefix}.{part}", ("name", "value", "kind"))
                        if cells[0] or cells[1]
                    ]
                    for part in ("identities", "properties", "traits")
                },
            )
        )
    return MappingRows(rules=rules, otherwise=fields.get("otherwise", "quarantine"))


def write_document(rows: MappingRows) -> tuple[dict[str, Any], list[Problem]]:
    """Return the mapping that rows say, and what is wrong with single rows."""
    problems: list[Problem] = []
    rules = [_Writer(f"rules[{n}]", problems).rule(rule) for n, rule in enumerate(rows.rules)]
    return {"version": 1, "rules": rules, "otherwise": rows.otherwise}, problems


def list_paths(body: Any, *, most: int = 200) -> list[tuple[str, str]]:
    """Return the paths of what stands in a request, each with the value there."""
    found: list[tuple[str, str]] = []
    for path, value in _leaves("$", body):
        found.append((path, str(value)[:60]))
        if len(found) == most:
            break
    return found


def _leaves(path: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, member in value.items():
            plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
            quoted = name.replace("\\", "\\\\").replace("'", "\\'")
            yield from _leaves(path + (f".{name}" if plain else f"['{quoted}']"), member, depth + 1)
    elif isinstance(value, list) and value:
        yield path, f"a list of {len(value)}"
        yield from _leaves(f"{path}[0]", value[0], depth + 1)
    elif value is not None:
        yield path, value


def _show_rule(rule: Mapping[str, Any]) -> RuleRows:
    cells = {name: str(rule.get(name, "")) for name in _SINGLE if name not in _VALUES}
    for name in _VALUES:
        cells[name] = _in_one_cell(rule[name]) if rule.get(name) is not None else ""
    identities = dict(rule.get("identities") or {})
    external = identities.pop("external", {})
    return RuleRows(
        cells=cells,
        when=[_show_condition(one) for one in rule.get("when", ())],
        identities=[_show_row(name, value) for name, value in {**identities, **external}.items()],
        properties=[_show_row(name, value) for name, value in rule.get("properties", {}).items()],
        traits=[_show_row(name, value) for name, value in rule.get("traits", {}).items()],
    )


def _show_condition(one: Mapping[str, Any]) -> ConditionRow:
    place = "header" if "header" in one else "body" if one.get("of") == "body" else "path"
    test = next(name for name, _ in TESTS if name in one)
    wanted = one[test]
    if test == "exists":
        return ConditionRow(
            place, one.get(place, one.get("path", "")), "exists" if wanted else "missing"
        )
    if test == "is_one_of":
        plain = all(isinstance(v, str) and v == v.strip() and v and "," not in v for v in wanted)
        text = ", ".join(wanted) if plain and not wanted[0].startswith("[") else json.dumps(wanted)
    else:
        is_plain = isinstance(wanted, str) and _read_wanted(wanted.strip()) == wanted
        text = wanted if is_plain else json.dumps(wanted, ensure_ascii=False)
    return ConditionRow(place, one.get("header", one.get("path", "")), test, text)


def _show_row(name: str, raw: Any) -> Row:
    return Row(name, *_show_value(raw))


def _in_one_cell(raw: Any) -> str:
    text, kind = _show_value(raw)
    return text if kind == "any" else json.dumps(raw, ensure_ascii=False)


def _show_value(raw: Any) -> tuple[str, str]:
    """Return what stands in the cell of a value, and what it is turned into."""
    if isinstance(raw, dict) and raw.keys() == {"first"}:
        parts = [_show_value(part) for part in raw["first"]]
        kinds = {kind for _, kind in parts}
        if (
            len(parts) > 1
            and len(kinds) == 1
            and all(t.startswith("$") and not _OR.search(t) for t, _ in parts)
        ):
            return " or ".join(text for text, _ in parts), kinds.pop()
    is_path = isinstance(raw, dict) and raw.keys() <= {"path", "as"} and "path" in raw
    if is_path and not _OR.search(raw["path"]):
        return raw["path"], raw.get("as", "any")
    if not isinstance(raw, dict) and _stands_for_itself(raw):
        return raw if isinstance(raw, str) else json.dumps(raw), "any"
    if not isinstance(raw, dict):
        raw = {"path" if isinstance(raw, str) and raw.startswith("$") else "text": raw}
    return json.dumps(raw, ensure_ascii=False), "any"


def _stands_for_itself(raw: Any) -> bool:
    """Say whether a cell that holds just this is read as the same value again."""
    if not isinstance(raw, str):
        return bool(_NUMBER.fullmatch(json.dumps(raw))) or isinstance(raw, bool)
    if not raw or raw != raw.strip() or raw.startswith("{"):
        return False
    return not _OR.search(raw) if raw.startswith("$") else _read_plain(raw) == raw


def _read_plain(text: str) -> Any:
    """Return what a cell says that holds no path: yes or no, a number, or a text."""
    is_json = text in {"true", "false"} or _NUMBER.fullmatch(text)
    return json.loads(text) if is_json else text


def _read_wanted(text: str) -> Any:
    """Return what a condition compares with; in quotes it is a text whatever stands there."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return _read_plain(text)


def _posted(
    fields: Mapping[str, str], prefix: str, names: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    number = 0
    while f"{prefix}.{number}.{names[1]}" in fields and number < 200:
        yield tuple(fields.get(f"{prefix}.{number}.{name}", "").strip() for name in names)
        number += 1


class _Writer:
    """Writes one rule, and notes what is wrong under the path of the rule."""

    def __init__(self, at: str, problems: list[Problem]) -> None:
        self._at = at
        self._problems = problems

    def rule(self, rows: RuleRows) -> dict[str, Any]:
        """Return the rule as a mapping holds it; what is empty is left out."""
        rule: dict[str, Any] = {
            name: text for name, text in rows.cells.items() if text and name not in _VALUES
        }
        for name in _VALUES:
            if text := rows.cells.get(name, ""):
                rule[name] = self._value(text, "any", name)
        if rows.when:
            rule["when"] = [self._condition(row, f"when[{n}]") for n, row in enumerate(rows.when)]
        for part in ("identities", "properties", "traits"):
            if members := self._members(getattr(rows, part), part):
                rule[part] = members
        if "identities" in rule:
            known = {k: v for k, v in rule["identities"].items() if k in IDENTIFIERS}
            external = {k: v for k, v in rule["identities"].items() if k not in IDENTIFIERS}
            rule["identities"] = known | ({"external": external} if external else {})
        return rule

    def _members(self, rows: Sequence[Row], part: str) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for row in rows:
            if not row.name:
                self._wrong(part, f"Give “{row.value}” a name, or clear its row.")
            elif not row.value:
                self._wrong(f"{part}.{row.name}", "Say where it stands, or clear its name.")
            elif row.name in members:
                self._wrong(f"{part}.{row.name}", "Two rows have this name; keep one.")
            else:
                members[row.name] = self._value(row.value, row.kind, f"{part}.{row.name}")
        return members

    def _condition(self, row: ConditionRow, at: str) -> dict[str, Any]:
        condition: dict[str, Any] = {"header" if row.place == "header" else "path": row.where}
        if row.place == "body":
            condition["of"] = "body"
        if row.test in {"exists", "missing"}:
            return {**condition, "exists": row.test == "exists"}
        if row.test != "is_one_of":
            wanted = _read_wanted(row.value)
            is_text = row.test != "starts_with" or isinstance(wanted, str)
            return {**condition, row.test: wanted if is_text else row.value}
        if row.value.startswith("["):
            return {**condition, "is_one_of": self._json(row.value, at)}
        wanted = [part.strip() for part in row.value.split(",") if part.strip()]
        return {**condition, "is_one_of": wanted}

    def _value(self, text: str, kind: str, at: str) -> Any:
        if text.startswith("{"):
            return self._json(text, at)
        if not text.startswith("$"):
            return _read_plain(text)
        turned = {} if kind in {"", "any"} else {"as": kind}
        paths = [{"path": path, **turned} if turned else path for path in _OR.split(text)]
        return paths[0] if len(paths) == 1 else {"first": paths}

    def _json(self, text: str, at: str) -> Any:
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            self._wrong(at, "It begins like JSON and is none. Close every bracket and quote.")
            return ""

    def _wrong(self, at: str, message: str) -> None:
        self._problems.append(Problem(path=f"{self._at}.{at}", message=message))
