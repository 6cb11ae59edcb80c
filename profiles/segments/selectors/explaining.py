"""Why one person is in a segment, or not: the tree with the fact behind each condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from profiles.contracts import CustomerId
from profiles.segments.models import SegmentMember
from profiles.segments.queries.holding import is_held
from profiles.segments.queries.people import load_people
from profiles.segments.rules.person import Person
from profiles.segments.rules.tree import Group, SegmentRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One node of the explanation."""

    words: str
    holds: bool
    fact: str
    changes_at: datetime | None
    reasons: Sequence["Reason"] = ()
    match: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer for one person, and whether the stored membership says the same.

    Who matches but is held back is not in: the version counts only new matches.
    """

    reason: Reason
    member_since: datetime | None
    is_held_back: bool

    @property
    def belongs(self) -> bool:
        """Tell whether the person should be in."""
        return self.reason.holds and not self.is_held_back


def explain_person(
    rule: SegmentRule,
    customer_id: CustomerId,
    names: Mapping[str, str],
    *,
    segment_id: int,
    now: datetime,
) -> Explanation | None:
    """Evaluate a rule for one person with every fact behind it; `None` when they are gone."""
    person = load_people([customer_id], rule.root).get(customer_id)
    if person is None:
        return None
    since = SegmentMember.objects.filter(segment_id=segment_id, customer_id=customer_id)
    return Explanation(
        reason=_reason(rule.root, person, names, now),
        member_since=since.values_list("since", flat=True).first(),
        is_held_back=is_held(segment_id, customer_id),
    )


def _reason(group: Group, person: Person, names: Mapping[str, str], now: datetime) -> Reason:
    outcome = group.holds(person, now)
    reasons = []
    for rule in group.rules:
        if isinstance(rule, Group):
            reasons.append(_reason(rule, person, names, now))
            continue
        leaf = rule.holds(person, now)
        words = rule.words()
        for key, name in names.items():
            words = words.replace(key, f"“{name}”")
        reasons.append(
            Reason(words=words, holds=leaf.holds, fact=leaf.fact, changes_at=leaf.changes_at)
        )
    return Reason(
        words={"all": "All of these", "any": "Any of these", "none": "None of these"}[group.match],
        holds=outcome.holds,
        fact=outcome.fact,
        changes_at=outcome.changes_at,
        reasons=reasons,
        match=group.match,
    )
