from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.heartbeats.models import Heartbeat, HeartbeatKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive():
    now = timezone.now()
    for kind in HeartbeatKind:
        Heartbeat.objects.create(name=kind, kind=kind, started_at=now, last_at=now)


def test_process_is_alive_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "alive"}


def test_ready_when_every_part_works(client, alive):
    found = client.get("/readyz")
    assert found.status_code == 200
    assert found.json()["status"] == "ready"
    assert set(found.json()["parts"]) == {
        "database", "broker", "migrations", "beat", "worker", "tasks",
    }  # fmt: skip


def test_not_ready_names_what_fails(client, alive):
    Heartbeat.objects.filter(kind="beat").update(last_at=timezone.now() - timedelta(seconds=40))
    found = client.get("/readyz")
    assert (found.status_code, found.json()["failing"]) == (503, ["beat"])
    assert "Silent for 4" in found.json()["parts"]["beat"]["detail"]


def test_nothing_is_cached(client, alive):
    assert "no-store" in client.get("/readyz").headers["Cache-Control"]


@pytest.mark.parametrize(("token", "sent", "status"), [
    ("", "Bearer ", 403),
    ("s3cret", "", 401),
    ("s3cret", "Bearer wrong", 401),
    ("s3cret", "Bearer é", 401),
    ("s3cret", "Bearer s3cret", 200),
])  # fmt: skip
def test_metrics_are_guarded_by_the_token(client, settings, token, sent, status):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == status


def test_metrics_count_requests_by_route_and_tell_the_state(client, settings, alive):
    settings.METRICS_TOKEN = "t"
    client.get("/healthz")
    text = client.get("/metrics", headers={"Authorization": "Bearer t"}).content.decode()
    assert 'mcps_http_requests_total{method="GET",route="healthz",status="200"}' in text
    assert 'mcps_heartbeat_age_seconds{kind="beat",process="beat"}' in text
    assert "# TYPE mcps_subscriber_waiting_facts gauge" in text
    assert "# TYPE mcps_queue_waiting gauge" in text


def test_method_chosen_by_the_caller_makes_no_series_of_its_own(client, settings):
    settings.METRICS_TOKEN = "t"
    client.generic("BREW", "/healthz")
    text = client.get("/metrics", headers={"Authorization": "Bearer t"}).content.decode()
    assert "BREW" not in text
    assert 'method="other",route="healthz",status="405"' in text


def test_counts_of_the_last_run_are_forgotten(tmp_path, monkeypatch):
    from mcps_site.operations.metrics import forget_counts

    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"old")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    forget_counts()
    assert list(folder.iterdir()) == []
