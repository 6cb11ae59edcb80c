"""What a definition would give: how many people have a value, and which values."""

import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import OperationalError

from profiles.computed import queries
from profiles.computed.rules.definition import Figure, Quintile, value_type
from profiles.computed.selectors.reading import show_value
from profiles.segments.queries.preview import count_people
from profiles.segments.selectors.previewing import Size, estimate_size, exact_size, sample_people

# Half of the second that a person waits without noticing goes into the exact computation.
_MILLISECONDS = 700
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How many people have a value, of how many, and the values that stand for the rest."""

    size: Size
    people: int
    seen: int
    figures: list[tuple[str, str]]
    frequent: list[tuple[str, int]]


def preview_definition(definition: Figure | Quintile, *, now: datetime) -> Preview | None:
    """Compute a definition for everybody where that is quick, else for a sample.

    `None` for a score that takes longer: it has no meaning inside a sample.
    """
    people = count_people()
    try:
        found = queries.compute_for_everyone(definition, now=now, milliseconds=_MILLISECONDS)
        return _preview(definition, found, exact_size(len(found)), people)
    except OperationalError:
        if isinstance(definition, Quintile):
            return None
    sample = sample_people()
    found = queries.compute_for(definition, sample, now=now)
    return _preview(definition, found, estimate_size(len(found), len(sample), people), people)


def _preview(
    definition: Figure | Quintile, found: Mapping[int, Any], size: Size, people: int
) -> Preview:
    values = list(found.values())
    is_number = value_type(definition) == "number" and isinstance(definition, Figure)
    return Preview(
        size=size,
        people=people,
        seen=len(values),
        figures=_figures([Decimal(one) for one in values]) if is_number and values else [],
        frequent=[] if is_number else Counter(map(show_value, values)).most_common(_SHOWN),
    )


def _figures(numbers: list[Decimal]) -> list[tuple[str, str]]:
    return [
        ("Smallest", f"{min(numbers):,}"),
        ("Median", f"{statistics.median(numbers):,}"),
        ("Largest", f"{max(numbers):,}"),
    ]
