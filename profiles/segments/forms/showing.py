"""From an authored rule, complete or not, to what the builder's templates draw."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from profiles.segments.forms.editing import KINDS
from profiles.segments.forms.operators import TestShown, show_test, show_when
from profiles.segments.forms.reading import FormReader

Document = dict[str, Any]
_ICONS = {kind: icon for kind, _, icon in KINDS}
_LABELS = {kind: label for kind, label, _ in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanShown:
    """Amount and unit of a span, with the name of their fields."""

    name: str
    label: str
    amount: Any
    unit: str


@dataclass(slots=True, kw_only=True)
class NodeShown:
    """One node of the tree as the templates draw it."""

    place: str
    kind: str
    icon: str = ""
    label: str = ""
    number: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    test: TestShown | None = None
    filters: list[tuple[str, str, str, TestShown]] = field(default_factory=list)
    spans: list[SpanShown] = field(default_factory=list)
    window: str = ""
    match: str = ""
    rules: list["NodeShown"] = field(default_factory=list)
    json: str = ""
    errors: list[str] = field(default_factory=list)
    size: Any = None
    remaining: Any = None
    joiner: str = ""

    @property
    def slug(self) -> str:
        """The place as part of an element's id."""
        return self.place.replace(".", "-")

    def all_nodes(self) -> Iterator["NodeShown"]:
        """Return this node and all below it."""
        yield self
        for rule in self.rules:
            yield from rule.all_nodes()


def show_rule(document: Document, errors: Mapping[str, list[str]]) -> NodeShown:
    """Return the tree with each condition's errors; `errors` maps a place to its messages."""
    return _node(document["root"], "", errors)


def show_selection(document: Document, place: str) -> NodeShown:
    """Return event, filters and window of a definition as the templates draw them."""
    names = ("event", "where", "window")
    parts: Document = {name: document[name] for name in names if name in document}
    shown = NodeShown(place=place, kind="selection")
    _fill(shown, {"kind": "selection", **parts})
    return shown


def errors_by_place(errors: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Sort errors by the place of their condition: `root.rules.0.test.value` belongs to `0`."""
    found: dict[str, list[str]] = {}
    for path, message in errors:
        parts = path.split(".")
        place: list[str] = []
        rest = parts[1:] if parts[:1] == ["root"] else parts
        while len(rest) > 1 and rest[0] == "rules":
            place.append(rest[1])
            rest = rest[2:]
        name = rest[0].replace("_", " ") if rest else ""
        found.setdefault(".".join(place), []).append(f"{name}: {message}" if name else message)
    return found


def _node(node: Document, place: str, errors: Mapping[str, list[str]]) -> NodeShown:
    kind = node.get("kind", "group")
    shown = NodeShown(
        place=place,
        kind=kind,
        icon=_ICONS.get(kind, "braces"),
        label=_LABELS.get(kind, "Condition"),
        errors=list(errors.get(place, [])),
    )
    if kind == "group":
        shown.match = node.get("match", "all")
        joiner = {"all": "and", "any": "or", "none": "nor"}[shown.match]
        for number, rule in enumerate(node.get("rules", [])):
            child = _node(rule, f"{place}.{number}" if place else str(number), errors)
            child.number = number
            child.joiner = joiner if number else "not" if shown.match == "none" else "if"
            shown.rules.append(child)
    elif _fits_form(node, place):
        _fill(shown, node)
    else:
        shown.kind = "json"
        shown.json = json.dumps(node, indent=2, ensure_ascii=False)
    return shown


def _fits_form(node: Document, place: str) -> bool:
    """Tell whether the form would give the condition back unchanged."""
    shown = NodeShown(place=place, kind=node["kind"])
    try:
        _fill(shown, node)
        back = FormReader(_fields(shown)).document_at(place)
    except (KeyError, TypeError, AttributeError):
        return False
    return bool(_plain(back) == _plain(node))


def _fields(shown: NodeShown) -> dict[str, str]:
    """Return the fields that the templates would draw."""
    prefix = shown.place
    fields = {f"{prefix}.kind": shown.kind}
    fields |= {f"{prefix}.{name}": str(value) for name, value in shown.values.items()}
    if shown.test:
        fields |= shown.test.fields(prefix)
    if shown.window:
        fields[f"{prefix}.window"] = shown.window
    for _, path, place, test in shown.filters:
        fields[f"{place}.property"] = path
        fields |= test.fields(place)
    for span in shown.spans:
        fields[f"{prefix}.{span.name}_amount"] = str(span.amount)
        fields[f"{prefix}.{span.name}_unit"] = span.unit
    return fields


def _fill(shown: NodeShown, node: Document) -> None:
    kind = node["kind"]
    happening = node.get("first", node) if kind == "sequence" else node
    values = {name: node[name] for name in _PLAIN.get(kind, ()) if name in node}
    if "event" in happening:
        values["event"] = happening["event"]
        for name, word in (("where", "where"), ("having", "and it had")):
            for number, one in enumerate(happening.get(name, [])):
                prefix = f"{shown.place}.{name}{number}"
                test = show_test(one["test"], "where")
                shown.filters.append((word, one["property"], prefix, test))
    shown.values = values | _EXTRA.get(kind, lambda _: {})(node)
    if kind == "occurrence":
        shown.test = show_when(node.get("when"))
    elif node.get("test"):
        shown.test = show_test(node["test"], "number" if kind == "aggregate" else "any")
    if "window" in happening:
        _window(shown, happening["window"])
    if kind == "sequence":
        shown.spans.append(_span("within", "within", node["within"]))
    if node.get("lasting"):
        shown.spans.append(_span("lasting", "for at least", node["lasting"]))


def _window(shown: NodeShown, window: Document) -> None:
    shown.window = window["kind"]
    if shown.window == "last":
        shown.spans.append(_span("span", "", window["span"]))
    elif shown.window == "between":
        shown.spans.append(_span("nearest", "", window["nearest"]))
        shown.spans.append(_span("farthest", "and", window["farthest"]))
    elif shown.window == "fixed":
        edges = {name: str(window.get(name) or "")[:10] for name in ("start", "end")}
        shown.values = {**shown.values, **edges}


def _span(name: str, label: str, span: Document) -> SpanShown:
    return SpanShown(name=name, label=label, amount=span["amount"], unit=span["unit"])


_PLAIN = {
    "trait": ("key",),
    "field": ("field",),
    "aggregate": ("measure", "property"),
    "occurrence": ("which",),
    "reachable": ("channel", "topic"),
    "consent": ("channel", "topic"),
    "segment": ("segment",),
    "bucket": ("salt",),
}
_EXTRA: dict[str, Any] = {
    "count": lambda node: {"times": node["operator"], "number": node["value"]},
    "sequence": lambda node: {
        "then": node["then"]["event"],
        "happens": "yes" if node["happens"] else "no",
        "same": node["same"][0]["then"] if node.get("same") else "",
    },
    "reachable": lambda node: {"answer": "yes" if node.get("value", True) else "no"},
    "consent": lambda node: {f"state_{one}": "yes" for one in node["states"]},
    "segment": lambda node: {"member": "yes" if node.get("member", True) else "no"},
    "bucket": lambda node: {"percent": f"{(node['last'] + 1) / 100:g}"},
}


def _plain(value: Any) -> Any:
    """Return JSON in which 1 and "1", a date and its midnight, absent and empty, and states
    of consent in any order are alike.

    A filter whose property is not named yet counts as absent.
    """
    if isinstance(value, dict):
        return {
            key: sorted(_plain(one)) if key == "states" else _plain(one)
            for key, one in value.items()
            if _plain(one) not in (None, [], "") and (key, one) != ("member", True)
        }
    if isinstance(value, list):
        unnamed = [one for one in value if isinstance(one, dict) and one.get("property") == ""]
        return [_plain(one) for one in value if one not in unnamed]
    return str(value).removesuffix("T00:00:00Z")
