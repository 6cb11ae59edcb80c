"""The cost guard: a rule that would read too much is refused before it is kept."""

from datetime import datetime

from django.conf import settings

from profiles.segments.queries.costs import Cost, estimate_cost
from profiles.segments.queries.names import resolve_names
from profiles.segments.rules.tree import Group, SegmentRule
from profiles.segments.rules.windows import Ever
from profiles.segments.selectors.authoring import RuleRefused


def guard_cost(rule: SegmentRule, *, now: datetime) -> Cost:
    """Return what the planner expects of evaluating everybody once.

    Raises `RuleRefused` that names the dearest condition when that is more than the setting
    `SEGMENT_MOST_SECONDS` allows. A few milliseconds; reads no facts.
    """
    names = resolve_names(rule.root.mentions())
    cost = estimate_cost(rule.root, names, now=now)
    limit = settings.SEGMENT_MOST_SECONDS
    if cost.seconds <= limit:
        return cost
    parts = [
        (estimate_cost(Group(rules=[one]), names, now=now).seconds, number)
        for number, one in enumerate(rule.root.rules)
    ]
    _, dearest = max(parts)
    advice = "Give it a window, or a filter on a property."
    if not isinstance(getattr(rule.root.rules[dearest], "window", None), Ever):
        advice = "Make its window shorter, or part the rule into two segments."
    message = (
        f"Evaluating everybody would read about {cost.rows:,} rows and take about"
        f" {cost.seconds:,.0f} s; at most {limit:,} s are allowed. This condition costs most. {advice}"
    )
    raise RuleRefused([(f"root.rules.{dearest}", message)])
