"""The SQL twin of `comparisons`: a test of one value as a predicate with bound values."""

from dataclasses import dataclass
from datetime import timedelta

from profiles.segments.rules.comparisons import (
    Anniversary,
    BooleanTest,
    DateAbsolute,
    DateRelative,
    ListTest,
    NumberBetween,
    NumberTest,
    TextTest,
    ValueTest,
)
from profiles.segments.rules.sqlbuilder import Builder, Leaf, least

_SIGNS = {
    "is": "=",
    "is_not": "=",
    "less_than": "<",
    "at_most": "<=",
    "more_than": ">",
    "at_least": ">=",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One value in SQL, in each form in which a test may want it."""

    json: str
    text: str
    # What `->>` gives: cheaper, indexable, but also text for lists and objects.
    raw: str
    number: str
    moment: str


def json_operand(builder: Builder, document: str, path: str) -> Operand:
    """Return the value at a dotted path of a jsonb column."""
    key = builder.bind(path, "text")
    value, raw = f"({document} -> {key})", f"({document} ->> {key})"
    if "." in path:
        steps = builder.bind(path.split("."), "text[]")
        value = f"(CASE WHEN {document} ? {key} THEN {document} -> {key} ELSE {document} #> {steps} END)"
        raw = f"({value} #>> '{{}}')"
    return Operand(
        json=value,
        raw=raw,
        text=f"profiles_text({value})",
        number=f"profiles_number({value})",
        moment=f"profiles_moment({value})",
    )


def column_operand(expression: str, sql_type: str) -> Operand:
    """Return an operand for a typed SQL expression: text, number, date, boolean or list."""
    value = f"to_jsonb({expression})"
    is_date = sql_type == "date"
    return Operand(
        json=value,
        raw="NULL::text" if is_date else f"({expression})::text",
        text="NULL::text" if is_date else f"profiles_text({value})",
        number=f"({expression})" if sql_type == "number" else f"profiles_number({value})",
        moment=f"({expression})" if is_date else f"profiles_moment({value})",
    )


def compile_test(builder: Builder, test: ValueTest, operand: Operand) -> Leaf:
    """Compile a test of a value."""
    if isinstance(test, DateAbsolute | DateRelative | Anniversary):
        return compile_date(builder, test, operand.moment)
    if isinstance(test, NumberTest | NumberBetween):
        return Leaf(predicate=compile_number(builder, test, operand.number))
    if isinstance(test, TextTest):
        return Leaf(predicate=_text(builder, test, operand))
    if isinstance(test, ListTest):
        return Leaf(predicate=_list(builder, test, operand))
    if isinstance(test, BooleanTest):
        wanted = builder.bind(test.value, "boolean")
        return Leaf(predicate=f"profiles_boolean({operand.json}) = {wanted}")
    verb = "IS TRUE" if test.operator == "present" else "IS NOT TRUE"
    return Leaf(predicate=f"(jsonb_typeof({operand.json}) <> 'null') {verb}")


def compile_number(
    builder: Builder, test: NumberTest | NumberBetween, number: str, times: str = ""
) -> str:
    """Compile a number test; `times` multiplies the wanted value (an average, undivided)."""
    factor = f" * {times}" if times else ""
    if isinstance(test, NumberBetween):
        low, high = builder.bind(test.low, "numeric"), builder.bind(test.high, "numeric")
        return f"{number} BETWEEN {low}{factor} AND {high}{factor}"
    wanted = builder.bind(test.value, "numeric")
    compared = f"{number} {_SIGNS[test.operator]} {wanted}{factor}"
    return f"({compared}) IS NOT TRUE" if test.operator == "is_not" else compared


def compile_date(
    builder: Builder, test: DateAbsolute | DateRelative | Anniversary, moment: str
) -> Leaf:
    """Compile a date test of a moment."""
    if isinstance(test, DateAbsolute):
        return Leaf(predicate=_absolute(builder, test, moment))
    if isinstance(test, DateRelative):
        return _relative(builder, test, moment)
    return _anniversary(builder, test, moment)


def _text(builder: Builder, test: TextTest, operand: Operand) -> str:
    stem = test.operator.removeprefix("not_").removesuffix("_not")
    if stem == "is":
        # A list or an object reads as text that starts with a bracket; no other value does.
        risky = any(value.startswith(("[", "{")) for value in test.values)
        found = _equal(builder, operand.text if risky else operand.raw, test.values)
    else:
        form = {
            "contains": "strpos({0}, w) > 0",
            "starts_with": "starts_with({0}, w)",
            "ends_with": "right({0}, length(w)) = w",
        }[stem].format(operand.text)
        wanted = builder.bind(test.values, "text[]")
        found = f"EXISTS (SELECT 1 FROM unnest({wanted}) w WHERE {form})"
    return f"({found}) IS NOT TRUE" if test.negative else found


def _equal(builder: Builder, text: str, values: list[str]) -> str:
    if len(values) == 1:
        return f"{text} = {builder.bind(values[0], 'text')}"
    return f"{text} = ANY ({builder.bind(values, 'text[]')})"


def _list(builder: Builder, test: ListTest, operand: Operand) -> str:
    wanted = builder.bind(test.values, "text[]")
    sign = "@>" if test.operator == "all_of" else "&&"
    found = f"profiles_texts({operand.json}) {sign} {wanted}"
    return f"({found}) IS NOT TRUE" if test.operator == "none_of" else found


def _absolute(builder: Builder, test: DateAbsolute, moment: str) -> str:
    if test.operator == "on":
        start = builder.moment(test.day)
        end = builder.moment(test.day + timedelta(days=1))
        return f"{moment} >= {start} AND {moment} < {end}"
    sign = "<" if test.operator == "before" else ">="
    return f"{moment} {sign} {builder.moment(test.value)}"


def _relative(builder: Builder, test: DateRelative, moment: str) -> Leaf:
    now, length = builder.clock(), test.span.length
    ago, ahead = builder.moment(builder.now - length), builder.moment(builder.now + length)
    predicate = {
        "in_last": f"{moment} <= {now} AND {moment} > {ago}",
        "in_next": f"{moment} <= {ahead} AND {moment} > {now}",
        "more_than_ago": f"{moment} <= {ago}",
        "more_than_ahead": f"{moment} > {ahead}",
    }[test.operator]
    if not builder.with_changes:
        return Leaf(predicate=predicate)
    seconds = f"make_interval(secs => {builder.bind(length.total_seconds(), 'double precision')})"
    turns = {
        "in_last": (moment, f"{moment} + {seconds}"),
        "in_next": (f"{moment} - {seconds}", moment),
        "more_than_ago": (f"{moment} + {seconds}",),
        "more_than_ahead": (f"{moment} - {seconds}",),
    }[test.operator]
    changes: list[str | None] = [f"CASE WHEN {turn} > {now} THEN {turn} END" for turn in turns]
    return Leaf(predicate=predicate, changes_at=least(changes))


def _anniversary(builder: Builder, test: Anniversary, moment: str) -> Leaf:
    today = builder.bind(builder.now.date(), "date")
    coming = f"profiles_next_anniversary({moment}, {today})"
    days = builder.bind(test.within_days, "integer")
    near = f"{coming} - {days} <= {today}"
    if not builder.with_changes:
        return Leaf(predicate=near)
    turn = f"CASE WHEN {near} THEN {coming} + 1 ELSE {coming} - {days} END"
    return Leaf(predicate=near, changes_at=f"(({turn})::timestamp AT TIME ZONE 'UTC')")
