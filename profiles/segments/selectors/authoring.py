"""Reads authored rules and checks the names in them against what exists."""

from typing import Any
from uuid import UUID

from kernel.errors import Invalid
from profiles.segments.models import Segment, SegmentStatus
from profiles.segments.queries.names import known_fields
from profiles.segments.rules.memberships import SegmentCondition
from profiles.segments.rules.traits import FieldCondition
from profiles.segments.rules.tree import InvalidRule, SegmentRule, parse_rule, walk


class RuleRefused(Invalid):
    """A rule that cannot be used; `errors` holds each path and message."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        path, message = errors[0]
        super().__init__(f"rule.{path}", message)
        self.errors = errors
        self.places = [(f"rule.{place}", text) for place, text in errors]


def read_rule(document: Any) -> SegmentRule:
    """Read an authored rule and check the names in it; raises `RuleRefused` with all errors."""
    try:
        rule = parse_rule(document)
    except InvalidRule as error:
        raise RuleRefused([(one.path, one.message) for one in error.errors]) from None
    wrong = _unknown_fields(rule) + _unknown_segments(rule)
    if wrong:
        raise RuleRefused(wrong)
    return rule


def _unknown_fields(rule: SegmentRule) -> list[tuple[str, str]]:
    known = known_fields()
    wrong = []
    for place, node in walk(rule.root):
        if not isinstance(node, FieldCondition):
            continue
        if node.field not in known:
            names = ", ".join(sorted(known))
            message = f"There is no field “{node.field}”. Known: {names}."
            wrong.append((_path(place, "field"), message))
        elif node.test.type not in {known[node.field].type, "presence"}:
            kind = known[node.field].type
            message = f"“{node.field}” is a {kind}; compare it with a test of that type."
            wrong.append((_path(place, "test.type"), message))
    return wrong


def _unknown_segments(rule: SegmentRule) -> list[tuple[str, str]]:
    asked = {
        node.segment: place for place, node in walk(rule.root) if isinstance(node, SegmentCondition)
    }
    found: dict[UUID, str] = {}
    if asked:
        found = dict(Segment.objects.filter(key__in=asked).values_list("key", "status"))
    return [
        (_path(place, "segment"), f"There is no segment {key}, or it is archived.")
        for key, place in asked.items()
        if found.get(key, SegmentStatus.ARCHIVED) == SegmentStatus.ARCHIVED
    ]


def _path(place: tuple[int, ...], field: str) -> str:
    return ".".join(["root", *(f"rules.{number}" for number in place), field])
