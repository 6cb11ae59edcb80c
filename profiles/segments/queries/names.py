"""What the names in rules stand for: events, segments, registered fields."""

from collections.abc import Iterable

from kernel.sql import SqlFile, text_array
from profiles.extension_points import segment_field_sources, segment_fields
from profiles.segments.rules.built_in import BUILT_IN
from profiles.segments.rules.compile import Names
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.sqlbuilder import FieldSql

SQL = SqlFile(__file__, "candidates")


def resolve_names(mentions: Iterable[Mention]) -> Names:
    """Look up the ids behind the names that some rules mention. One statement.

    A name that nobody has used yet has no id; its conditions find nothing.
    """
    wanted = set(mentions)
    params = {
        kind + "s": text_array(one.name for one in wanted if one.kind == kind)
        for kind in ("event", "segment")
    }
    found = SQL.run("list_names", params)
    return Names(
        event_ids={name: number for kind, name, number in found if kind == "event"},
        segment_ids={name: number for kind, name, number in found if kind == "segment"},
        fields=known_fields(),
    )


def known_fields() -> dict[str, FieldSql]:
    """Return every field that a rule may use, by key. One statement per source of made fields."""
    registered = {
        key: FieldSql(type=field.type, expression=field.expression, label=field.label)
        for key, field in segment_fields.items()
    }
    made = {
        field.key: FieldSql(
            type=field.type, expression=field.expression, join=field.join, label=field.label
        )
        for _, source in segment_field_sources.items()
        for field in source.list_fields()
    }
    return BUILT_IN | registered | made


def field_choices() -> list[tuple[str, str]]:
    """Return every field with what people call it, in the order of the names."""
    found = [(key, field.label or key) for key, field in known_fields().items()]
    return sorted(found, key=lambda row: row[1].lower())


def estimate_people() -> int:
    """Return about how many people there are; free."""
    number: int = SQL.value("estimate_people")
    return number
