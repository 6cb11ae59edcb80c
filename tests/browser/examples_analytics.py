"""What the Overview shows: counted days and journeys against their holdout."""

from datetime import UTC, datetime, timedelta

from tests.browser.examples import example

NOW = datetime.now(UTC)


@example("analytics:export")
def _export():
    return {"table": "days"}


@example("analytics:overview")
def _counted_days():
    """Days of touchpoints and messages, a journey that can be judged and one that cannot."""
    from analytics.models import RollupPoint
    from campaigns.models import Journey
    from kernel.ids import new_key

    today = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = []

    def add(metric, day, value, breakdown="", member=""):
        rows.append(
            RollupPoint(
                metric=metric, breakdown=breakdown, granularity="day", bucket_start=day,
                member=member, value=value,
            )
        )  # fmt: skip

    for back in range(60):
        day = today - timedelta(days=back)
        for metric, value in (("touchpoint.count", 900), ("touchpoint.revenue", 31_000),
                              ("customer.new", 20), ("message.sent", 240),
                              ("message.held_back", 60)):  # fmt: skip
            add(metric, day, value + back * 3 % 17)
        add("message.held_back", day, 60, "reason", "no_consent")
        add("touchpoint.count", day, 900, "event", "Order Completed")
    day = today - timedelta(days=9)
    for name, counts in (("Win back", (4_210, 3_900, 421, 470, 433, 29)),
                         ("Thank you", (44, 21, 3, 4, 2, 0))):  # fmt: skip
        journey = Journey.objects.create(
            key=new_key(now=NOW), name=name, status="live", created_at=NOW
        )
        parts = [
            (m, arm) for arm in ("treatment", "holdout") for m in ("exposed", "closed", "converted")
        ]
        for (metric, arm), value in zip(parts, counts, strict=True):
            add(f"journey.{metric}", day, value, "arm", f"{journey.key}:{arm}")
    for step, value in (("started", 180), ("converted", 41), ("rewarded", 33)):
        add(f"referral.{step}", day, value, "cohort")
    for days, people in ((7, 4_100), (30, 8_216), (90, 11_400)):
        for shift in (0, days):
            add(
                "customer.active",
                today - timedelta(days=shift),
                people - shift,
                "window",
                str(days),
            )
    RollupPoint.objects.bulk_create(rows)
    return {}
