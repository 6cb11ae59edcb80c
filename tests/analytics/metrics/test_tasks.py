"""The measures that a clock drives."""

import pytest
import structlog

from analytics.metrics import tasks
from analytics.metrics.definitions import BY_KEY, METRICS
from analytics.models import RollupPoint
from kernel.testing.facts import drain_facts
from tests.analytics.metrics.test_rollups import TODAY, message


@pytest.fixture
def logged():
    with structlog.testing.capture_logs() as entries:
        yield entries


def test_the_night_says_loudly_when_figures_differ(db, logged):
    assert tasks.reconcile() == 0
    RollupPoint.objects.create(
        metric="touchpoint.count", breakdown="", granularity="day", bucket_start=TODAY,
        member="", value=3,
    )  # fmt: skip
    assert tasks.reconcile() == 1
    assert [(entry["event"], entry["log_level"]) for entry in logged] == [
        ("metrics.reconciled", "info"),
        ("metrics.differ", "error"),
    ]
    assert logged[1]["metrics"] == ["touchpoint.count"]


def test_the_clock_measures_journeys_and_active_people(sender):
    from random import Random

    from django.utils import timezone

    sender.deliver(message(Random(1)))
    drain_facts(timezone.now())
    assert tasks.measure_journeys() == 0
    tasks.count_active_people()
    windows = RollupPoint.objects.filter(metric="customer.active", breakdown="window")
    assert set(windows.values_list("member", flat=True)) == {"7", "30", "90"}


def test_every_metric_has_a_key_of_noun_and_measure_once():
    assert len(BY_KEY) == len(METRICS)
    for metric in METRICS:
        noun, measure = metric.key.split(".")
        assert noun.isidentifier()
        assert measure.isidentifier()
        assert metric.formula.endswith(".")
