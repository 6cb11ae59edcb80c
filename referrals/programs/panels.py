"""Turns programs into rows and words for pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from kernel.stats.estimates import NotEstimable
from kernel.ui.charts import funnel
from kernel.ui.charts.scale import percent, plain
from referrals.programs.models import Program
from referrals.programs.rules import terms_text
from referrals.programs.selectors import FUNNEL_DAYS, Funnel, read_funnels

TONES = {"live": "ok", "draft": "info", "ended": ""}


def program_rows(programs: Sequence[Program], *, now: datetime) -> list[dict[str, Any]]:
    """Return one row for each program: its offer in words and its funnel."""
    funnels = read_funnels([program.pk for program in programs], now=now)
    return [
        {
            "program": program,
            "tone": TONES[program.status],
            "offer": offer_text(program),
            "funnel": funnels[program.pk],
            "rate": rate_text(funnels[program.pk]),
        }
        for program in programs
    ]


def offer_text(program: Program) -> str:
    """Say what a program promises."""
    if program.live_version is None:
        return "No terms have been published yet."
    return terms_text(program.live_version.read_terms)


def rate_text(counts: Funnel) -> str:
    """Say the conversion rate with its interval, or that there is none."""
    if isinstance(counts.conversion, NotEstimable):
        return "No referral started in the last 90 days."
    rate = counts.conversion
    return (
        f"{percent(rate.value)} of {plain(counts.started)} converted "
        f"(95% interval {percent(rate.low)} to {percent(rate.high)}), last {FUNNEL_DAYS} days; "
        "the youngest still have time."
    )


def funnel_chart(counts: Funnel) -> SafeString:
    """Draw the referrals that started lately; nothing when there are none."""
    if not counts.started:
        return SafeString()
    steps = (
        funnel.Step(label="Friend signed up", count=counts.started),
        funnel.Step(label="Friend converted", count=counts.converted),
        funnel.Step(label="Rewarded", count=counts.rewarded),
    )
    title = f"Referrals that started in the last {FUNNEL_DAYS} days"
    return funnel.funnel(funnel.Funnel(title=title, steps=steps))
