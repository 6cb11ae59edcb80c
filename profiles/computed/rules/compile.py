"""From a definition to one SQL statement of `customer_id`, `value` (jsonb) and `changes_at`."""

from collections.abc import Mapping
from datetime import datetime

from profiles.computed.rules.definition import MOST_IN_LIST, OCCURRED_AT, Figure, Quintile
from profiles.segments.rules.compile import ALIVE, Statement, from_people
from profiles.segments.rules.selections import property_operand
from profiles.segments.rules.sqlbuilder import Builder, Scope, all_of

_UTC = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


def compile_values(
    definition: Figure | Quintile, event_ids: Mapping[str, int], *, now: datetime, scope: Scope
) -> Statement:
    """Compile a definition; people without a value come with a null, or for everyone not at all.

    A score is against everybody, so it can only be compiled for everyone.
    """
    builder = Builder(now=now, scope=scope, event_ids=event_ids)
    if isinstance(definition, Quintile):
        return _scores(builder, definition)
    columns = f"{_figure(builder, definition)} AS value"
    edge = definition.edge_sql(builder)
    if edge:
        columns += f", min({edge}) AS changes_at"
    where = definition.where_sql(builder)
    alias = builder.join_facts(columns=columns, where=where)
    changes = f"CASE WHEN {ALIVE} THEN {alias}.changes_at END" if edge else "NULL::timestamptz"
    text = (
        f"SELECT c.id AS customer_id, CASE WHEN {ALIVE} THEN {alias}.value END AS value,"
        f" {changes} AS changes_at {from_people(builder)}"
    )
    if scope is Scope.EVERYONE:
        some = f"{alias}.value IS NOT NULL"
        text += (
            f" WHERE {ALIVE} AND ({some}{f' OR {alias}.changes_at IS NOT NULL' if edge else ''})"
        )
    return Statement(text=text, params=builder.params)


def _figure(builder: Builder, figure: Figure) -> str:
    if figure.measure == "count":
        return f"to_jsonb(nullif(count(*){figure.only_inside(builder)}, 0))"
    if figure.property == OCCURRED_AT:
        edge = "min" if figure.measure == "first" else "max"
        moment = f"{edge}(t.occurred_at){figure.only_inside(builder)}"
        return f"to_jsonb({_UTC.format(moment)})"
    operand = property_operand(builder, "t", figure.property or "")
    number, text = operand.number, f'{operand.text} COLLATE "C"'
    only = figure.only_inside(builder)
    some = _filled(builder, figure, operand.text)
    way = " DESC" if figure.measure == "last" else ""
    picked = f"(array_agg({operand.text} ORDER BY t.occurred_at{way}, t.id{way}){some})[1]"
    return {
        "sum": f"to_jsonb(trim_scale(sum({number}){only}))",
        "average": f"to_jsonb(trim_scale(round(avg({number}){only}, 6)))",
        "minimum": f"to_jsonb(trim_scale(min({number}){only}))",
        "maximum": f"to_jsonb(trim_scale(max({number}){only}))",
        "first": f"to_jsonb({picked})",
        "last": f"to_jsonb({picked})",
        "most_frequent": f"to_jsonb(mode() WITHIN GROUP (ORDER BY {text}){only})",
        "unique_count": f"to_jsonb(nullif(count(DISTINCT {operand.text}){only}, 0))",
        "unique_list": (
            f"to_jsonb((array_agg(DISTINCT {text} ORDER BY {text}){some})[1:{MOST_IN_LIST}])"
        ),
    }[figure.measure]


def _filled(builder: Builder, figure: Figure, text: str) -> str:
    """Return the FILTER clause that keeps touchpoints with a value, inside the window."""
    parts = [f"{text} IS NOT NULL"]
    until = figure.window.bounds(builder.now).until
    if until is not None:
        parts.append(f"t.occurred_at <= {builder.moment(until)}")
    return f" FILTER (WHERE {all_of(parts)})"


def _scores(builder: Builder, quintile: Quintile) -> Statement:
    """Compile scores: 5 for those above whom less than a fifth of the others rank."""
    if builder.scope is not Scope.EVERYONE:
        raise ValueError("A score can only be computed for everyone.")
    where = quintile.where_sql(builder)
    only = quintile.only_inside(builder)
    ranks = {
        "recency": f"max(t.occurred_at){only}",
        "frequency": f"count(*){only}",
        "monetary": f"coalesce(sum(t.revenue){only}, 0)",
    }
    score = {
        of: f"least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY {figure})))::int"
        for of, figure in ranks.items()
    }
    value = f"concat({', '.join(score.values())})" if quintile.of == "all" else score[quintile.of]
    columns = f"t.customer_id, to_jsonb({value}) AS value, NULL::timestamptz AS changes_at"
    source = "profiles_touchpoint t JOIN profiles_customer c ON c.id = t.customer_id"
    some = f"GROUP BY t.customer_id HAVING count(*){only} > 0"
    text = f"SELECT {columns} FROM {source} WHERE {ALIVE} AND {where} {some}"  # noqa: S608
    return Statement(text=text, params=builder.params)
