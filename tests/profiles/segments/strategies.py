"""Random people and random rules over a small vocabulary, so that rules often hold by chance."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
EVENTS = ["Order Completed", "Product Viewed", "Cart Updated"]
SEGMENTS = [
    "00000000-0000-7000-8000-000000000001",
    "00000000-0000-7000-8000-000000000002",
]
TEXTS = ["a", "b", "ab", "", "7", "true", '["a"]', "2026-03-20"]
DATES = ["2026-03-15", "2026-03-10T12:00:00Z", "1990-03-17", "2000-02-29", "2026-04-01", "nonsense"]
PATHS = ["plan", "tags", "born", "address.city", "score", "items.0.sku"]

texts = st.sampled_from(TEXTS)
scalars = (
    st.none() | st.booleans() | texts | st.sampled_from(DATES)
    | st.integers(-2, 9) | st.sampled_from([1.5, 2.25, -0.5, "2.25", "12"])
)  # fmt: skip
json_values = scalars | st.lists(scalars, max_size=3)
documents = st.fixed_dictionaries(
    {},
    optional={
        "plan": json_values,
        "tags": json_values,
        "born": st.sampled_from(DATES) | scalars,
        "score": scalars,
        "address": st.fixed_dictionaries({}, optional={"city": scalars}) | scalars,
        "address.city": scalars,
        "items": st.lists(st.fixed_dictionaries({}, optional={"sku": scalars}), max_size=2),
    },
)
# Half of the moments fall on whole days before now, so that edges of windows are hit exactly.
moments = st.integers(0, 20).map(lambda days: NOW - timedelta(days=days)) | st.integers(
    -48, 24 * 40
).map(lambda hours: NOW - timedelta(hours=hours, minutes=7))
# Stands for whatever the person's trait is, so that histories often end with the value held.
HELD = "what is held"
just_held = st.just(HELD)
touches = st.fixed_dictionaries(
    {
        "event": st.sampled_from(EVENTS),
        "occurred_at": moments,
        "revenue": st.none() | st.sampled_from(["0", "10.50", "99.99", "-5"]),
        "properties": documents,
    }
)
consents = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["email", "sms", "webhook"]),
        "topic": st.sampled_from(["", "news"]),
        "address": st.sampled_from(["", "own", "other"]),
        "state": st.sampled_from(["granted", "withdrawn", "never"]),
    }
)
people = st.fixed_dictionaries(
    {
        "traits": documents,
        "touches": st.lists(touches, max_size=8),
        "kinds": st.sets(st.sampled_from(["email", "phone"])),
        "suppressed": st.booleans(),
        "consents": st.lists(
            consents, max_size=3, unique_by=lambda c: (c["channel"], c["topic"], c["address"])
        ),
        "told": st.lists(
            st.tuples(st.sampled_from(["plan", "tags", "score"]), scalars | just_held, moments),
            max_size=4,
        ),
        "accounts": st.lists(st.tuples(documents, moments), max_size=2),
        "member_since": st.dictionaries(st.sampled_from(SEGMENTS), moments, max_size=2),
        "last_seen_at": moments,
        "locale": st.none() | texts,
        "fate": st.sampled_from(["alive"] * 6 + ["merged", "erased"]),
    }
)

spans = st.builds(
    lambda amount, unit: {"amount": amount, "unit": unit},
    st.integers(1, 12),
    st.sampled_from(["hours", "days"]),
)


def some(parts):
    """One or two; a list strategy with `min_size` fails inside deep nesting (hypothesis 6.170)."""
    return st.tuples(parts).map(list) | st.tuples(parts, parts).map(list)


def one(**parts):
    return st.fixed_dictionaries(parts)


def just(value):
    return st.just(value)


wanted_texts = some(texts)
text_tests = one(
    type=just("text"),
    operator=st.sampled_from(
        ["is", "is_not", "contains", "not_contains", "starts_with", "ends_with", "not_starts_with"]
    ),
    values=wanted_texts,
)
numbers = st.sampled_from(["-1", "0", "1", "2", "2.25", "7", "12", "20.5"])
number_tests = one(
    type=just("number"),
    operator=st.sampled_from(["is", "is_not", "less_than", "at_most", "more_than", "at_least"]),
    value=numbers,
) | st.tuples(numbers, numbers).map(
    lambda pair: {
        "type": "number",
        "operator": "between",
        "low": min(pair, key=float),
        "high": max(pair, key=float),
    }
)
fixed_dates = one(
    type=just("date"),
    operator=st.sampled_from(["before", "after", "on"]),
    value=st.sampled_from(["2026-03-10T12:00:00Z", "2026-03-15T00:00:00Z"]),
)
date_tests = (
    fixed_dates
    | one(
        type=just("date"),
        operator=st.sampled_from(["in_last", "in_next", "more_than_ago", "more_than_ahead"]),
        span=spans,
    )
    | one(type=just("date"), operator=just("anniversary"), within_days=st.integers(0, 20))
)
other_tests = (
    one(type=just("boolean"), operator=just("is"), value=st.booleans())
    | one(
        type=just("list"),
        operator=st.sampled_from(["any_of", "all_of", "none_of"]),
        values=wanted_texts,
    )
    | one(type=just("presence"), operator=st.sampled_from(["present", "missing"]))
)
tests = text_tests | number_tests | date_tests | other_tests
property_tests = text_tests | number_tests | fixed_dates | other_tests
some_filters = some(one(property=st.sampled_from([*PATHS, "revenue"]), test=property_tests))
filters = just([]) | just([]) | some_filters
windows = (
    just({"kind": "ever"})
    | one(kind=just("last"), span=spans)
    | st.tuples(st.integers(1, 9), st.integers(1, 9)).map(
        lambda pair: {
            "kind": "between",
            "nearest": {"amount": pair[0], "unit": "days"},
            "farthest": {"amount": pair[0] + pair[1], "unit": "days"},
        }
    )
    | one(kind=just("fixed"), start=just("2026-03-05T12:00:00Z"))
    | one(kind=just("fixed"), end=just("2026-03-10T12:00:00Z"))
)
happenings = {"event": st.sampled_from([*EVENTS, "Never Seen"]), "where": filters}
selections = {**happenings, "window": windows}
counts = one(
    kind=just("count"),
    operator=st.sampled_from(["exactly", "at_least", "more_than", "at_most", "fewer_than"]),
    value=st.integers(0, 3),
    **selections,
)
occurrences = one(
    kind=just("occurrence"), which=st.sampled_from(["first", "last"]), when=date_tests, **happenings
) | one(
    kind=just("occurrence"),
    which=st.sampled_from(["first", "last"]),
    having=some_filters,
    when=st.none() | date_tests,
    **happenings,
)
aggregates = one(
    kind=just("aggregate"),
    measure=st.sampled_from(["sum", "average", "minimum", "maximum", "distinct"]),
    property=st.sampled_from(["revenue", "score", "plan"]),
    test=number_tests,
    **selections,
)
sequences = one(
    kind=just("sequence"),
    first=one(**selections),
    then=one(**happenings),
    happens=st.booleans(),
    within=spans,
    same=just([])
    | one(first=st.sampled_from(PATHS), then=st.sampled_from(PATHS)).map(lambda same: [same]),
)
places = {
    "channel": st.sampled_from(["email", "sms", "webhook"]),
    "topic": st.sampled_from(["", "news"]),
}
reaches = one(kind=just("reachable"), value=st.booleans(), **places) | one(
    kind=just("consent"),
    states=some(st.sampled_from(["granted", "withdrawn", "never", "none"])),
    **places,
)
memberships = one(
    kind=just("segment"), segment=st.sampled_from(SEGMENTS), member=st.booleans()
) | one(kind=just("segment"), segment=st.sampled_from(SEGMENTS), lasting=spans)
buckets = st.tuples(st.integers(0, 9_999), st.integers(0, 9_999)).map(
    lambda pair: {"kind": "bucket", "salt": "s", "first": min(pair), "last": max(pair)}
)
lasting_traits = one(
    kind=just("trait"), key=st.sampled_from(["plan", "tags", "score"]), test=tests, lasting=spans
)
traits = one(kind=just("trait"), key=st.sampled_from(PATHS), test=tests) | lasting_traits
ACCOUNT_TRAITS = {
    "plan": "text",
    "tags": "list",
    "score": "number",
    "born": "date",
    "city": "boolean",
}
own_fields = st.sampled_from(["last_seen_at", "locale", "time_zone"])
account_fields = st.sampled_from([f"account_trait.{name}" for name in ACCOUNT_TRAITS])
fields = one(kind=just("field"), field=own_fields | account_fields, test=tests)
conditions = (
    traits
    | fields
    | counts
    | occurrences
    | aggregates
    | sequences
    | reaches
    | memberships
    | buckets
)


@st.composite
def condition(draw):
    """One condition; a function of its own keeps the names of strategies short."""
    return draw(conditions)


@st.composite
def group(draw, depth):
    """A group, nested up to a depth."""
    parts = condition() if depth == 0 else condition() | group(depth - 1)
    return {
        "kind": "group",
        "match": draw(st.sampled_from(["all", "any", "none"])),
        "rules": draw(st.lists(parts, max_size=3)),
    }


@st.composite
def rules(draw):
    """A whole rule."""
    return {"version": 1, "root": draw(group(draw(st.integers(0, 2))))}


@st.composite
def standing(draw):
    """A condition on since when a trait has stood."""
    return draw(lasting_traits)


@st.composite
def account_trait(draw):
    """A condition on what is known about a person's account."""
    return draw(one(kind=just("field"), field=account_fields, test=tests))


@st.composite
def person(draw):
    """One made-up person."""
    return draw(people)
