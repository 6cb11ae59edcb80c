"""Reads of programs for pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, wilson
from referrals.programs import queries
from referrals.programs.models import Program

# Referrals younger than this stand for what the program does now.
FUNNEL_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Referrals that started lately, and how far they came."""

    started: int
    converted: int
    rewarded: int
    conversion: Estimate | NotEstimable


def list_programs() -> QuerySet[Program]:
    """Return all programs with their live version, live ones first."""
    return Program.objects.select_related("live_version").order_by("status", "name").reverse()


def list_choices() -> list[tuple[str, str]]:
    """Return key and name of each program, with its status where it is not live."""
    return [
        (
            str(program.key),
            program.name if program.status == "live" else f"{program} ({program.status})",
        )
        for program in list_programs()
    ]


def read_funnels(program_ids: list[int], *, now: datetime) -> dict[int, Funnel]:
    """Return the funnel of the last 90 days of each program; one statement over an index.

    A referral that was reversed counts as converted: it did convert.
    """
    since = now - timedelta(days=FUNNEL_DAYS)
    counts = queries.count_statuses(program_ids, since=since)
    return {program_id: _funnel(counts.get(program_id, {})) for program_id in program_ids}


def _funnel(by_status: dict[str, int]) -> Funnel:
    rewarded = by_status.get("rewarded", 0) + by_status.get("reversed", 0)
    converted = rewarded + by_status.get("converted", 0)
    started = converted + by_status.get("started", 0)
    return Funnel(
        started=started,
        converted=converted,
        rewarded=rewarded,
        conversion=wilson(Counts(converted=converted, exposed=started)),
    )
