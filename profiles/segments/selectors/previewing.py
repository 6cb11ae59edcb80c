"""What a rule would give: how many people, per condition and channel, and who for example."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kernel.stats.estimates import NotEstimable
from kernel.stats.proportions import Counts, wilson
from profiles.customers.rules import display_name
from profiles.segments.queries import preview as queries
from profiles.segments.queries.names import resolve_names
from profiles.segments.rules.compile import Names
from profiles.segments.rules.tree import Group, walk

# Half of the second that a person waits without noticing goes into the exact count.
_COUNT_MILLISECONDS = 700
_SAMPLE = 4_000
# The same people each time, so that a count moves only when the rule does.
_SEED = 7
# Up to this many people every condition is counted exactly too.
_SMALL = 20_000
_CHANNELS = (
    ("email", "E-mail", "mail"),
    ("sms", "SMS", "message-square"),
    ("push", "Push", "bell"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A number of people: exact, or an estimate with its 95% interval."""

    number: int
    low: int
    high: int
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReach:
    """How many may be reached on one channel."""

    channel: str
    label: str
    icon: str
    number: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Somebody who matches."""

    key: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The right side of the builder."""

    size: Size
    people: int
    milliseconds: int
    conditions: dict[str, Size] = field(default_factory=dict)
    funnel: dict[str, Size] = field(default_factory=dict)
    reach: Sequence[ChannelReach] = ()
    reach_of: int = 0
    examples: Sequence[Example] = ()


def preview_rule(root: Group, *, now: datetime, is_masked: bool) -> Preview:
    """Count a rule and each of its conditions; exact where that is quick, else a labeled estimate."""
    began = time.monotonic()
    names = resolve_names(root.mentions())
    people = queries.count_people()
    exact = queries.count_matching(root, names, now=now, milliseconds=_COUNT_MILLISECONDS)
    sample = _draw(people)
    counter = _Counter(names, sample, people, now=now)
    size = counter.size(root) if exact is None else exact_size(exact)
    milliseconds = round((time.monotonic() - began) * 1000)
    some = _some(root, names, sample, size, now=now)
    return Preview(
        size=size,
        people=people,
        milliseconds=milliseconds,
        conditions=counter.conditions(root),
        funnel=counter.funnel(root),
        reach=_reach(some),
        reach_of=len(some),
        examples=_examples(some[:5], is_masked=is_masked),
    )


class _Counter:
    """Counts parts of a rule: exactly among few people, by one sample among many."""

    def __init__(self, names: Names, sample: Sequence[int], people: int, *, now: datetime) -> None:
        self._names = names
        self._sample = sample
        self._people = people
        self._now = now

    def size(self, group: Group) -> Size:
        matched = len(queries.match_sample(group, self._names, self._sample, now=self._now))
        if len(self._sample) >= self._people:
            return exact_size(matched)
        return estimate_size(matched, len(self._sample), self._people)

    def conditions(self, root: Group) -> dict[str, Size]:
        return {
            place_name(place): self.size(node if isinstance(node, Group) else Group(rules=[node]))
            for place, node in walk(root)
            if place
        }

    def funnel(self, root: Group) -> dict[str, Size]:
        """Count the first rule, the first two, and so on, where all must hold."""
        if root.match != "all" or len(root.rules) < 2:
            return {}
        return {
            str(upto): self.size(Group(match="all", rules=root.rules[: upto + 1]))
            for upto in range(len(root.rules))
        }


def place_name(place: Sequence[int]) -> str:
    """Return how forms name a place in the tree: `0.1`."""
    return ".".join(map(str, place))


def sample_people() -> list[int]:
    """Return the people that suggestions are drawn from."""
    return _draw(queries.count_people())


def _draw(people: int) -> list[int]:
    wanted = _SMALL if people <= _SMALL else _SAMPLE
    return queries.draw_people(wanted, people=people, seed=_SEED)


def _some(
    root: Group, names: Names, sample: Sequence[int], size: Size, *, now: datetime
) -> list[int]:
    if size.is_exact and size.number <= _SMALL:
        found = queries.list_some_matching(
            root, names, now=now, most=_SMALL, milliseconds=_COUNT_MILLISECONDS
        )
        if found is not None:
            return found
    return sorted(queries.match_sample(root, names, sample, now=now))


def exact_size(number: int) -> Size:
    """Return a number that was counted."""
    return Size(number=number, low=number, high=number, is_exact=True)


def estimate_size(matched: int, drawn: int, people: int) -> Size:
    """Return a number of people estimated from a sample, with its 95% Wilson interval."""
    rate = wilson(Counts(converted=matched, exposed=drawn))
    if isinstance(rate, NotEstimable):
        return Size(number=0, low=0, high=people, is_exact=False)
    return Size(
        number=round(people * matched / drawn),
        low=round(people * rate.low),
        high=round(people * rate.high),
        is_exact=False,
    )


def _reach(some: Sequence[int]) -> list[ChannelReach]:
    if not some:
        return []
    counted = queries.count_reachable(some)
    return [
        ChannelReach(
            channel=channel,
            label=label,
            icon=icon,
            number=counted.get(channel, 0),
            share=counted.get(channel, 0) / len(some),
        )
        for channel, label, icon in _CHANNELS
    ]


def _examples(some: Sequence[int], *, is_masked: bool) -> list[Example]:
    examples = []
    for one in queries.list_named(some):
        unnamed = f"Visitor {one.key[-6:]}"
        name = display_name(one.traits, email=one.email, fallback=unnamed)
        shown, email = (unnamed, "") if is_masked else (name, one.email or "")
        examples.append(Example(key=one.key, name=shown, email=email))
    return examples
