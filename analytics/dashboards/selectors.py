"""Everything the Overview shows, read from rollups in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from analytics.dashboards import queries
from analytics.dashboards.rules import Delta, Period, compare
from analytics.metrics.definitions import BY_KEY, Metric
from analytics.metrics.queries import (
    find_active_people,
    list_points,
    sum_breakdown,
)
from analytics.metrics.rules import JourneyArms, Verdict, judge_journey
from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, wilson

DAILY = ("touchpoint.count", "touchpoint.revenue", "customer.new", "message.sent",
         "message.held_back", "referral.started")  # fmt: skip
REFERRAL_STEPS = ("referral.started", "referral.converted", "referral.rewarded")
MOST_MEMBERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric over the period, its days, and the period before."""

    metric: Metric
    value: Decimal
    delta: Delta
    days: Sequence[Decimal]
    days_before: Sequence[Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveFigure:
    """Active people; None until they have been counted for the first time."""

    people: int | None
    delta: Delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One member of a breakdown, with its share of the whole."""

    member: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRate:
    """People of one arm whose window is over, and their rate with its interval."""

    counts: Counts
    rate: Estimate | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRow:
    """A journey against its holdout, over people who entered in the period."""

    journey: queries.Journey
    exposed: int
    open: int
    treated: ArmRate
    held_out: ArmRate
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFunnel:
    """Referrals that started in the period and how far they came; visits stand beside."""

    visited: int
    started: int
    converted: int
    rewarded: int
    conversion: Estimate | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole page."""

    period: Period
    figures: dict[str, Figure]
    active: ActiveFigure
    held_back: list[Share]
    events: list[Share]
    journeys: list[JourneyRow]
    funnel: ReferralFunnel
    attention: queries.Attention


def read_overview(period: Period) -> Overview:
    """Read the page; eleven statements over rollups, however much happened."""
    return Overview(
        period=period,
        figures=_figures(period),
        active=_active(period),
        held_back=read_shares("message.held_back", "reason", period),
        events=read_shares("touchpoint.count", "event", period),
        journeys=read_journeys(period),
        funnel=read_funnel(period),
        attention=queries.count_attention(),
    )


def read_shares(metric: str, breakdown: str, period: Period) -> list[Share]:
    """Return the largest members of a breakdown; the rest is one row of its own at the end."""
    totals = sum_breakdown([metric], breakdown=breakdown, start=period.start, end=period.now)
    whole = sum((total.value for total in totals), Decimal(0))
    shares = [
        Share(member=total.member, count=int(total.value), share=float(total.value / whole))
        for total in totals[:MOST_MEMBERS]
    ]
    rest = sum((total.value for total in totals[MOST_MEMBERS:]), Decimal(0))
    if rest:
        label = f"{len(totals) - MOST_MEMBERS} others"
        shares.append(Share(member=label, count=int(rest), share=float(rest / whole)))
    return shares


def read_journeys(period: Period) -> list[JourneyRow]:
    """Compare each journey with its holdout, over people who entered in the period."""
    people = queries.sum_arms(start=period.start, end=period.now)
    rows = []
    for journey in queries.list_journeys():
        arms = {
            arm: tuple(
                people.get((f"journey.{what}", journey.key, arm), 0)
                for what in ("exposed", "closed", "converted")
            )
            for arm in ("treatment", "holdout")
        }
        exposed = sum(counts[0] for counts in arms.values())
        closed = sum(counts[1] for counts in arms.values())
        treated, held_out = (
            Counts(converted=arms[arm][2], exposed=arms[arm][1]) for arm in ("treatment", "holdout")
        )
        still_open = exposed - closed
        judged = JourneyArms(treated=treated, held_out=held_out, open=still_open)
        rows.append(
            JourneyRow(
                journey=journey,
                exposed=exposed,
                open=still_open,
                treated=ArmRate(counts=treated, rate=wilson(treated)),
                held_out=ArmRate(counts=held_out, rate=wilson(held_out)),
                verdict=judge_journey(judged),
            )
        )
    return rows


def read_funnel(period: Period) -> ReferralFunnel:
    """Follow the referrals that started in the period."""
    cohort = sum_breakdown(REFERRAL_STEPS, breakdown="cohort", start=period.start, end=period.now)
    counts = {total.metric: int(total.value) for total in cohort}
    visits = sum_breakdown(["referral.visited"], breakdown="", start=period.start, end=period.now)
    started = counts.get("referral.started", 0)
    converted = counts.get("referral.converted", 0)
    return ReferralFunnel(
        visited=sum(int(total.value) for total in visits),
        started=started,
        converted=converted,
        rewarded=counts.get("referral.rewarded", 0),
        conversion=wilson(Counts(converted=converted, exposed=started)),
    )


def _figures(period: Period) -> dict[str, Figure]:
    points = list_points(DAILY, granularity="day", start=period.before_start, end=period.now)
    by_day = {(point.metric, point.at): point.value for point in points}
    before = queries.sum_hours(DAILY, start=period.before_start, end=period.before_end)
    return {key: _figure(BY_KEY[key], period, by_day, before[key]) for key in DAILY}


def _figure(
    metric: Metric, period: Period, by_day: dict[tuple[str, datetime], Decimal], before: Decimal
) -> Figure:
    days = [by_day.get((metric.key, day), Decimal(0)) for day in period.day_starts]
    value = sum(days, Decimal(0))
    return Figure(
        metric=metric,
        value=value,
        delta=compare(value, before, is_good_when_high=metric.is_good_when_high),
        days=days,
        days_before=[by_day.get((metric.key, day), Decimal(0)) for day in period.before_day_starts],
    )


def _active(period: Period) -> ActiveFigure:
    found = find_active_people(days=period.days, now=period.now, zone=period.zone)
    if found is None:
        return ActiveFigure(people=None, delta=Delta(text="", direction="", tone=""))
    before = None if found.people_before is None else Decimal(found.people_before)
    delta = compare(Decimal(found.people), before, is_good_when_high=True)
    return ActiveFigure(people=found.people, delta=delta)
