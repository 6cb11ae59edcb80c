"""The tables of the Overview as files."""

from collections.abc import Callable, Iterable, Sequence

from analytics.dashboards.rules import Period
from analytics.dashboards.selectors import (
    DAILY,
    read_funnel,
    read_journeys,
    read_shares,
)
from analytics.metrics.queries import list_points

Rows = Iterable[Sequence[object]]


def read_table(name: str, period: Period) -> Rows:
    """Return the rows of one table of the period, its header first.

    Raises:
        KeyError: there is no table of this name.
    """
    header, rows = TABLES[name](period)
    return (header, *rows)


def _days(period: Period) -> tuple[Sequence[str], Rows]:
    points = list_points(DAILY, granularity="day", start=period.start, end=period.now)
    by_day = {(point.metric, point.at): point.value for point in points}
    rows = (
        [day.date().isoformat(), *(by_day.get((metric, day), 0) for metric in DAILY)]
        for day in period.day_starts
    )
    return ("day", *DAILY), rows


def _held_back(period: Period) -> tuple[Sequence[str], Rows]:
    shares = read_shares("message.held_back", "reason", period)
    return ("reason", "messages", "share"), ((s.member, s.count, s.share) for s in shares)


def _events(period: Period) -> tuple[Sequence[str], Rows]:
    shares = read_shares("touchpoint.count", "event", period)
    return ("event", "touchpoints", "share"), ((s.member, s.count, s.share) for s in shares)


def _journeys(period: Period) -> tuple[Sequence[str], Rows]:
    header = (
        "journey", "status", "entered", "still_open", "treated", "treated_converted",
        "held_out", "held_out_converted", "verdict",
    )  # fmt: skip
    rows = (
        (
            row.journey.name, row.journey.status, row.exposed, row.open,
            row.treated.counts.exposed, row.treated.counts.converted,
            row.held_out.counts.exposed, row.held_out.counts.converted, row.verdict.sentence,
        )
        for row in read_journeys(period)
    )  # fmt: skip
    return header, rows


def _referrals(period: Period) -> tuple[Sequence[str], Rows]:
    found = read_funnel(period)
    steps = (
        ("visited", found.visited),
        ("started", found.started),
        ("converted", found.converted),
        ("rewarded", found.rewarded),
    )
    return ("step", "count"), steps


TABLES: dict[str, Callable[[Period], tuple[Sequence[str], Rows]]] = {
    "days": _days,
    "held-back": _held_back,
    "events": _events,
    "journeys": _journeys,
    "referrals": _referrals,
}
