"""Order and cost of evaluating many segments."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from profiles.segments.rules.sqlbuilder import Scope

# Below this many people the index is always cheaper than reading all matching facts.
_ALWAYS_EACH = 500
# Up to half of 1 million people with 10 million touchpoints probing took a fifth to two thirds of
# the time of grouping all matching facts once; beyond half nothing was measured.
_BREAK_EVEN = 0.5


def choose_scope(candidates: int, people: int) -> Scope:
    """Return the cheaper way to fetch the facts of some people out of about so many."""
    if candidates <= max(_ALWAYS_EACH, int(people * _BREAK_EVEN)):
        return Scope.EACH
    return Scope.SET


def evaluation_order(needs: Mapping[int, set[int]], segments: Iterable[int]) -> list[int]:
    """Return segments so that each comes after those that it refers to."""
    wanted = set(segments)
    graph = {segment: needs.get(segment, set()) & wanted for segment in sorted(wanted)}
    return list(TopologicalSorter(graph).static_order())


def find_cycle(needs: Mapping[int, set[int]]) -> list[int] | None:
    """Return segments that refer to each other in a circle, the first one again at the end."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        cycle: list[int] = error.args[1]
        return cycle
    return None
