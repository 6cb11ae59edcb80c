from collections import Counter
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.deliveries import queries as deliveries
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys import trials
from campaigns.journeys.models import Step
from campaigns.journeys.rules.dry_results import read_outcome
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.drafting import start_draft
from campaigns.journeys.services.dry_run_queue import work_next
from campaigns.journeys.services.dry_running import dry_run
from campaigns.journeys.services.publish import create_journey, publish_journey
from campaigns.journeys.trial_models import DryRun
from campaigns.journeys.trials import Span
from kernel.testing import drain_facts
from tests.campaigns.builders import (
    NOW,
    entry,
    key,
    make_cap,
    make_customer,
    make_quiet_hours,
    make_template,
)
from tests.campaigns.channels.smtp_server import MailServer
from tests.campaigns.journeys.test_engine import touch

pytestmark = pytest.mark.django_db

TICK = timedelta(minutes=15)
HOURS = 12
OUT = {"id": "out", "type": "exit"}
IS_VIP = {
    "version": 1,
    "root": {
        "kind": "group", "match": "all",
        "rules": [
            {"kind": "trait", "key": "tier", "test": {"type": "text", "operator": "is", "values": ["vip"]}}
        ],
    },
}  # fmt: skip


def nodes(template):
    send = {"type": "send", "template": str(template.key)}
    return [
        entry(
            {"kind": "touchpoint", "event": "Product Added",
             "match": [{"property": "total", "is": "at_least", "value": 50}]},
            next_="ways", reentry="after_exit", min_gap_seconds=3 * 3600,
        ),
        {"id": "ways", "type": "split", "branches": [
            {"name": "a", "percent": 60, "next": "pause"}, {"name": "b", "percent": 40, "next": "hold"},
        ]},
        {"id": "pause", "type": "wait", "seconds": 1800, "next": "vip"},
        {"id": "vip", "type": "condition", "rule": IS_VIP, "yes": "mail", "no": "mark"},
        {"id": "mark", "type": "emit", "event": "Cart Left", "next": "mail"},
        {"id": "hold", "type": "hold", "seconds": 7200, "timeout": "asked", "branches": [
            {"name": "viewed", "event": "Cart Viewed", "next": "second"},
        ]},
        {"id": "mail", **send, "next": "hold", "capped": "out", "no_consent": "out"},
        {"id": "asked", "type": "condition", "yes": "out", "no": "second",
         "happened_since_entry": {"event": "Product Added"}},
        {"id": "second", **send, "next": "out"},
        OUT,
    ]  # fmt: skip


def world():
    rng = Random(7)
    people = [
        make_customer(f"P{n}", consent=rng.choice(["granted", "granted", None]),
                      tier=rng.choice(["vip", "plain"]))
        for n in range(30)
    ]  # fmt: skip
    for number, person in enumerate(people):
        type(person).objects.filter(pk=person.pk).update(key=key(number))
    names = ["Product Added"] * 4 + ["Cart Viewed"] * 2 + ["Order Completed"]
    for _ in range(150):
        at = NOW + timedelta(seconds=rng.randrange(1, HOURS * 3600))
        yield at, rng.choice(people), rng.choice(names), rng.choice([20, 50, 90])


def drive(events):
    """Let the real engine live through the hours, a tick after the other."""
    events = sorted(events, key=lambda each: each[0])
    for number in range(HOURS * 4 + 1):
        now = NOW + TICK * number
        while events and events[0][0] <= now:
            at, person, name, total = events.pop(0)
            touch(person, name, at=at, total=total)
        busy = True
        while busy:
            facts, moved = drain_facts(now), advance_all(now=now)
            sent = [send_shard(shard, now=now) for shard in deliveries.list_due_shards(now=now)]
            busy = bool(facts or moved or sum(sent))


def test_a_dry_run_of_past_hours_equals_what_the_engine_did(settings):
    make_cap(count=2, days=1)
    make_quiet_hours("20:00", "22:00")
    template = make_template()
    journey = create_journey("Cart", key=key(500), actor="user:1", now=NOW)
    goal = {"event": "Order Completed", "days": 3, "leaves": True}
    definition = {"holdout_percent": 20, "goal": goal, "nodes": nodes(template)}
    publish_journey(journey, definition=definition, actor="user:1", now=NOW)
    journey.refresh_from_db()
    events = list(world())
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        drive(events)
    version = journey.live_version_id
    span = Span(since=NOW, until=NOW + timedelta(hours=HOURS))
    before = Step.objects.count()
    found = dry_run(journey, journey.live_version.definition, span, now=NOW, step=TICK)
    assert found["share"] == 1
    assert found["days"] == [vars_of(row) for row in trials.count_entrants(version)]
    assert found["ways"] == [vars_of(row) for row in trials.count_ways(version)]
    assert found["sends"] == [vars_of(row) for row in trials.count_sends(version)]
    assert found["heavy"] == {str(n): c for n, c in trials.count_heavy(version).items()}
    assert found["inside"] == trials.count_inside(version)
    # The hours were full enough for the comparison to mean something.
    taken = {(way["node"], way["reason"]) for way in found["ways"]}
    assert {
        ("hold", "event_arrived"), ("hold", "timed_out"), ("vip", "condition_met"),
        ("mark", "event_emitted"), ("asked", "condition_met"), ("mail", "message_no_consent"),
    } <= taken  # fmt: skip
    assert any(reason == "goal_reached" for _, reason in taken)
    reasons = Counter()
    for row in found["sends"]:
        reasons[row["reason"]] += row["messages"]
    assert {"frequency_cap", "quiet_hours"} <= set(reasons)
    assert reasons[""] > 5
    assert Step.objects.count() == before


def vars_of(row):
    return {name: getattr(row, name) for name in row.__slots__}


@pytest.fixture
def left(client, colleague):
    """A journey with a cart event of yesterday for each of 12 people, by which nobody entered."""
    client.force_login(colleague)
    now = timezone.now()
    template = make_template()
    journey = create_journey("Cart", key=uuid4(), actor="user:1", now=now)
    start_draft(journey, {"holdout_percent": 0, "nodes": nodes(template)}, actor="user:1", now=now)
    for _ in range(12):
        touch(make_customer(), "Product Added", at=now - timedelta(hours=20), total=60)
    return journey


def test_a_dry_run_is_asked_for_on_a_page_and_made_by_a_worker(client, left):
    url = reverse("campaigns:journey-dry-runs", kwargs={"key": left.key})
    answer = client.post(url, {"days": 7, "beside": ""})
    assert "Being made" in client.get(answer.url).content.decode()
    assert work_next(now=timezone.now())
    assert not work_next(now=timezone.now())
    run = DryRun.objects.get()
    assert (run.status, run.error) == ("done", "")
    assert sum(day["people"] for day in run.results[0]["days"]) == 12
    page = client.get(answer.url).content.decode()
    assert "12 of 12" in page
    assert 'hx-trigger="every 2s"' not in page
    assert not Step.objects.exists()


def test_above_a_size_a_sample_is_taken_and_says_so(left):
    now = timezone.now()
    span = Span(since=now - timedelta(days=1), until=now)
    draft = left.draft.edits.get().definition
    found = dry_run(left, draft, span, now=now, most_people=6)
    assert (found["candidates"], found["share"]) == (12, 0.5)
    assert found["people"] < 12
    shown = read_outcome("Draft", found)
    assert shown.entered.value == 2 * found["people"]
    assert shown.entered.low < shown.entered.value < shown.entered.high


def test_a_dry_run_whose_worker_died_is_made_again(client, left):
    url = reverse("campaigns:journey-dry-runs", kwargs={"key": left.key})
    client.post(url, {"days": 1, "beside": ""})
    now = timezone.now()
    DryRun.objects.update(status="running", started_at=now - timedelta(minutes=29))
    assert not work_next(now=now)
    assert work_next(now=now + timedelta(minutes=2))


def test_cost_is_added_up_by_channel_and_many_is_what_staff_say():
    sends = [
        {"day": "2026-03-10", "channel": "email", "outcome": "sent", "reason": "", "messages": 200},
        {"day": "2026-03-11", "channel": "sms", "outcome": "sent", "reason": "", "messages": 10},
        {
            "day": "2026-03-11",
            "channel": "sms",
            "outcome": "held_back",
            "reason": "x",
            "messages": 9,
        },
    ]
    found = {"candidates": 9, "people": 9, "share": 1, "days": [], "ways": [], "inside": 0,
             "sends": sends, "heavy": {"1": 5, "2": 3, "4": 1}}  # fmt: skip
    cents = {"email": Decimal("0.001"), "sms": Decimal("0.07")}
    assert read_outcome("Draft", found, prices=cents).cost == "0.90"
    email = {"email": Decimal("0.001")}
    assert read_outcome("Draft", found, prices=email).cost == "0.20, without sms"
    sampled = read_outcome("Draft", {**found, "share": 0.5}, prices=cents).cost
    assert sampled == "about 1.80 (1.13 to 2.47)"
    assert read_outcome("Draft", found).cost == (
        "cannot be estimated: no price is set for email, sms"
    )
    assert [read_outcome("D", found, heavy_from=n).heavy.value for n in (0, 1, 3)] == [9, 4, 1]


def test_the_draft_of_another_journey_stands_beside_the_draft(client, left):
    now = timezone.now()
    copy = create_journey("Copy", key=uuid4(), actor="user:1", now=now)
    shorter = {
        "holdout_percent": 0,
        "nodes": [left.draft.edits.get().definition["nodes"][0] | {"next": "out"}, OUT],
    }
    start_draft(copy, shorter, actor="user:1", now=now)
    url = reverse("campaigns:journey-dry-runs", kwargs={"key": left.key})
    answer = client.post(url, {"days": 1, "beside": str(copy.key)})
    assert work_next(now=timezone.now())
    assert [part["label"] for part in DryRun.objects.get().parts] == ["Draft", "Draft of “Copy”"]
    page = client.get(answer.url, {"many": "0"}).content.decode()
    assert "Got more than 0 messages" in page
    assert "Draft of “Copy”" in page
