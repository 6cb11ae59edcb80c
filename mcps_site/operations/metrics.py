"""Figures for Prometheus: what the web processes counted, and what the database says now.

Requests are counted by each web process. With `PROMETHEUS_MULTIPROC_DIR` set, as our supervisor
does, the counts of all processes are added up; without it an answer holds those of one process.
"""

import hmac
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from kernel.events.lag import list_lags
from kernel.heartbeats.selectors import list_pulses
from kernel.operations.queues import list_queues


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics, to whoever shows the token."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("Set METRICS_TOKEN to open the metrics.\n", "text/plain", status=403)
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        answer = HttpResponse("Send the METRICS_TOKEN as a bearer token.\n", "text/plain", 401)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    now = CollectorRegistry()
    now.register(StateCollector())
    text = generate_latest(counted_requests()) + generate_latest(now)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def forget_counts() -> None:
    """Empty the folder that the web processes share; done before they start."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


def counted_requests() -> CollectorRegistry:
    """Return what the web processes counted: of all of them where they share a folder."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


class StateCollector(Collector):
    """Reads the state from the database when it is asked."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        yield from _subscribers()
        yield from _queues()
        yield _heartbeats()


def _subscribers() -> Iterator[Metric]:
    now = timezone.now()
    waiting = _gauge("mcps_subscriber_waiting_facts", "Facts not read yet.", "subscriber")
    age = _gauge("mcps_subscriber_lag_seconds", "Age of the oldest unread fact.", "subscriber")
    parked = _gauge("mcps_subscriber_parked_facts", "Facts set aside.", "subscriber")
    for lag in list_lags():
        waiting.add_metric([lag.cursor.name], lag.waiting)
        parked.add_metric([lag.cursor.name], lag.cursor.parked)
        if (seconds := lag.seconds(now=now)) is not None:
            age.add_metric([lag.cursor.name], seconds)
    yield from (waiting, age, parked)


def _queues() -> Iterator[Metric]:
    now = timezone.now()
    waiting = _gauge("mcps_queue_waiting", "Pieces of work that wait.", "queue")
    age = _gauge("mcps_queue_oldest_seconds", "Age of the oldest piece of work.", "queue")
    for queue in list_queues():
        waiting.add_metric([queue.name], queue.depth.waiting)
        age.add_metric([queue.name], queue.seconds(now=now))
    yield from (waiting, age)


def _heartbeats() -> Metric:
    found = _gauge("mcps_heartbeat_age_seconds", "Age of the last sign of life.", "kind", "process")
    for pulse in list_pulses(now=timezone.now()):
        found.add_metric([pulse.kind.value, pulse.name], pulse.age.total_seconds())
    return found


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)
