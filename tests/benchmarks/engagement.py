"""Journeys and deliveries, each as a ratio to the least work that could do, in the same run.

Run `python -m tests.benchmarks.engagement --tier S|M|L`; `--journeys` leaves sending out, so that the
million of tier L takes about ten minutes on two quiet cores. The engine is compared with the hand-written statement
of the same graph; sending into a null provider with bare Liquid rendering of the same mail. The
processor time of client and server stands beside the clock, because a busy machine changes the
clock.
"""

import argparse
import gc
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.benchmarks.ingest import Meter, start_server

# People, messages, and how often everybody moves on.
TIERS = {"S": (50_000, 4_000, 6), "M": (200_000, 20_000, 6), "L": (1_000_000, 100_000, 4)}
START = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = ("campaigns_enrollment", "campaigns_timer", "campaigns_step_log")
BATCH = 5_000

HAND_WRITTEN = """
CREATE TABLE bench_node (node smallint PRIMARY KEY, next smallint[], delay interval, sends bool);
INSERT INTO bench_node VALUES (0, '{1}', '1 min', false), (1, '{2,3}', NULL, false),
    (2, '{3}', '2 min', false), (3, '{4}', '1 min', false), (4, '{5}', NULL, true), (5, '{0}', '1 min', false);
CREATE TABLE bench_enrollment (id bigint PRIMARY KEY, person bigint, node smallint, step_no int,
    state smallint, entered_at timestamptz) WITH (fillfactor = 70);
CREATE TABLE bench_timer (due_at timestamptz NOT NULL, enrollment_id bigint NOT NULL, step_no int NOT NULL);
CREATE INDEX ON bench_timer (due_at);
CREATE TABLE bench_outbox (enrollment_id bigint, node smallint, step_no int, PRIMARY KEY (enrollment_id, node, step_no));
"""
FILL = """
INSERT INTO bench_enrollment SELECT n, n, 0, 0, 1, %(at)s::timestamptz FROM generate_series(1, %(count)s::int) n;
INSERT INTO bench_timer SELECT %(at)s::timestamptz, n, 0 FROM generate_series(1, %(count)s::int) n;
"""
ADVANCE = """
WITH due AS MATERIALIZED (DELETE FROM bench_timer WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM bench_timer WHERE due_at <= %(now)s::timestamptz ORDER BY due_at LIMIT %(batch)s::int
        FOR UPDATE SKIP LOCKED)) RETURNING enrollment_id, step_no),
adv AS (UPDATE bench_enrollment e SET node = m.node, step_no = e.step_no + 1
    FROM due d, bench_node n, bench_node m
    WHERE e.id = d.enrollment_id AND e.step_no = d.step_no AND n.node = e.node
        AND m.node = n.next[1 + mod(e.person, cardinality(n.next))]
    RETURNING e.id, e.step_no, n.node AS left_node, n.sends, m.delay),
t AS (INSERT INTO bench_timer SELECT %(now)s::timestamptz + coalesce(delay, '0'), id, step_no FROM adv),
o AS (INSERT INTO bench_outbox SELECT id, left_node, step_no FROM adv WHERE sends ON CONFLICT DO NOTHING)
SELECT count(*) FROM adv
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", choices=TIERS, default="S")
    parser.add_argument("--journeys", action="store_true", help="leave sending out")
    from tests.benchmarks.journeys import measure_lag, measure_two_workers

    asked = parser.parse_args()
    people, messages, passes = TIERS[asked.tier]
    server = start_server()
    try:
        make_people(people)
        limit = measure_hand_written(people, passes)
        measure_engine(people, passes, limit)
        measure_two_workers(range(passes, passes + 3))
        measure_lag()
        if not asked.journeys:
            measure_sending(messages, now=START + timedelta(days=passes))
    finally:
        server.stop(server.running_pid())


def run(statement, **params):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def make_people(count):
    run(
        "INSERT INTO profiles_customer (key, traits, first_seen_at, last_seen_at) "
        "SELECT gen_random_uuid(), jsonb_build_object('first_name', 'Person ' || n, 'email', "
        "'p' || n || '@example.com', 'plan', 'pro'), now(), now() FROM generate_series(1, %(count)s) n",
        count=count,
    )
    run(
        "INSERT INTO profiles_consent (customer_id, channel, topic, address, state, changed_at) "
        "SELECT id, 'email', '', '', 'granted', now() FROM profiles_customer"
    )
    run("ANALYZE")


def measure_hand_written(people, passes):
    from kernel.sql.cursor import open_cursor

    run(HAND_WRITTEN)
    for statement in FILL.strip().split(";\n"):
        run(statement, at=START, count=people)
    run("ANALYZE")
    meter, steps = Meter(), 0
    for number in range(passes):
        now = START + timedelta(days=number)
        while True:
            cursor = open_cursor()
            done = cursor.execute(ADVANCE, {"now": now, "batch": BATCH}, binary=True).fetchone()[0]
            steps += done
            if not done:
                break
    measured = meter.stop()
    tell("limit: hand-written statement", steps, measured)
    return measured.server / steps, steps / measured.seconds


def measure_engine(people, passes, limit):
    from campaigns.journeys.services.advance import advance_due

    journey = publish_cycle()
    started = time.perf_counter()
    enroll(journey)
    print(f"{'enrolled':34} {people / (time.perf_counter() - started):>9,.0f}/s")
    run("ANALYZE")
    before = {name: size_of(name) for name in TABLES}
    meter, steps = Meter(), 0
    for number in range(passes):
        now, begun = START + timedelta(days=number), time.perf_counter()
        while (done := advance_due(now=now, batch=BATCH)).claimed:
            steps += done.moved
        if number == 0:
            print(
                f"{'all due at once':34} {people:,} people moved on in {time.perf_counter() - begun:.1f} s",
                flush=True,
            )
    measured = meter.stop()
    tell("J1 engine, 1 worker", steps, measured)
    ratio = limit[0] / ((measured.server + measured.client) / steps)
    print(
        f"{'   ratio by processor time':34} {ratio:.2f}; by the clock {steps / measured.seconds / limit[1]:.2f} (target 0.6)"
    )
    [(updates, hot)] = run(
        "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'campaigns_enrollment'"
    )
    print(f"{'J4 updates in place':34} {hot / max(1, updates):.2f} (target 0.75)")
    after = {name: size_of(name) for name in TABLES}
    for name in TABLES:
        print(
            f"{name:34} {before[name] / 1e6:,.0f} to {after[name] / 1e6:,.0f} MB after {steps:,} steps"
        )
    queue = ("campaigns_enrollment", "campaigns_timer")
    growth = sum(after[name] for name in queue) / sum(before[name] for name in queue)
    print(f"{'J3 enrollments and timers grew to':34} {growth:.2f} (target 2.0)")


def size_of(table):
    [(size,)] = run(
        "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid "
        "WHERE c.relname = %(name)s OR i.inhparent = %(name)s::regclass", name=table,
    )  # fmt: skip
    return int(size)


def publish_cycle():
    from campaigns.journeys.services.publish import create_journey, publish_journey

    template = make_template()

    def wait(name, seconds, next_):
        return {"id": name, "type": "wait", "seconds": seconds, "next": next_}

    half = [{"name": "a", "percent": 50, "next": "b"}, {"name": "c", "percent": 50, "next": "d"}]
    nodes = [
        {"id": "entry", "type": "entry", "next": "a", "triggers": [{"kind": "touchpoint", "event": "Start"}]},
        wait("a", 60, "split"), {"id": "split", "type": "split", "branches": half},
        wait("b", 120, "d"), wait("d", 60, "mail"),
        {"id": "mail", "type": "send", "template": str(template.key), "next": "e"}, wait("e", 60, "a"),
    ]  # fmt: skip
    journey = create_journey("Benchmark", key=uuid4(), actor="bench", now=START)
    publish_journey(
        journey, definition={"holdout_percent": 0, "nodes": nodes}, actor="bench", now=START
    )
    journey.refresh_from_db()
    return journey


def make_template():
    from campaigns.content.services import create_template
    from campaigns.contracts import Channel, MessageClass, TemplateDraft

    rows = "".join(
        f"<mj-text>Row {n}: {{{{ plan }}}} for {{{{ first_name | upcase }}}}</mj-text>"
        for n in range(8)
    )
    source = (
        "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ first_name | default: 'there' }}</mj-text>"
        f"{rows}<mj-button href='https://shop.example/new'>New</mj-button>"
        "<mj-text><a href='{{ unsubscribe_link }}'>Unsubscribe</a></mj-text>"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    draft = TemplateDraft(channel=Channel.EMAIL, subject="{{ first_name }}, hello", source=source)
    return create_template(
        "Benchmark", key=uuid4(), draft=draft, purpose=(MessageClass.MARKETING, ""), actor="bench", now=START
    )  # fmt: skip


def enroll(journey):
    from campaigns.journeys.queries import Entrant, enter

    trigger = journey.live_version.triggers.get().pk
    ids = [row[0] for row in run("SELECT id FROM profiles_customer ORDER BY id")]
    for position in range(0, len(ids), BATCH):
        page = ids[position : position + BATCH]
        enter(
            [Entrant(trigger_id=trigger, customer_id=i, cause_id=0, ctx=None) for i in page],
            now=START,
        )


def measure_sending(count, *, now):
    from liquid import Environment

    from campaigns.channels.services import create_sender
    from campaigns.content.models import TemplateVersion
    from campaigns.content.rules.html import add_tracking
    from campaigns.contracts import Channel, SenderDraft
    from campaigns.deliveries import queries
    from campaigns.deliveries.models import FrequencyCap
    from campaigns.deliveries.services.send import send_shard

    draft = SenderDraft(
        name="Null", channel=Channel.EMAIL, kind="console", from_address="s@shop.example"
    )
    create_sender(draft, key=uuid4(), actor="bench", now=START)
    run(
        "DELETE FROM campaigns_delivery WHERE id > (SELECT min(id) + %(count)s - 1 FROM campaigns_delivery)",
        count=count,
    )
    FrequencyCap.objects.create(
        name="Weekly", channel="email", message_class="marketing", max_count=100, days=7
    )
    run("ANALYZE")
    version = TemplateVersion.objects.get()
    # What a worker does once at its start: the addresses are read, the version is parsed, and what
    # is loaded is no garbage (see mcps_site.runtime.launch).
    count -= send_shard(queries.list_due_shards(now=now)[0], now=now)
    gc.freeze()
    # The library as it comes, with no limits and no rules about missing values.
    page, plain = Environment(autoescape=True), Environment()
    page.filters["tracked"] = lambda target: target
    parsed = [
        page.from_string(add_tracking(version.html)),
        plain.from_string(version.subject), plain.from_string(version.text),
    ]  # fmt: skip
    values = {
        "first_name": "Person 7",
        "plan": "pro",
        "unsubscribe_link": "u",
        "open_pixel_link": "o",
        "trap_link": "t",
    }
    meter = Meter()
    for _ in range(count):
        for template in parsed:
            template.render(values)
    bare = meter.stop()
    tell("limit: bare Liquid", count, bare)
    sent, meter = 0, Meter()
    while shards := queries.list_due_shards(now=now):
        sent += sum(send_shard(shard, now=now) for shard in shards)
    measured = meter.stop()
    tell("D1 claimed, rendered, handed over", sent, measured)
    ratio = (bare.client / count) / ((measured.client + measured.server) / sent)
    print(f"{'   ratio by processor time':34} {ratio:.2f}; by the clock "
          f"{(sent / measured.seconds) / (count / bare.seconds):.2f} (target 0.5)")  # fmt: skip
    for status, number in run("SELECT status, count(*) FROM campaigns_delivery GROUP BY status"):
        print(f"   {status}: {number:,}")


def tell(name, count, measured):
    rate = count / measured.seconds
    client, server = 1e6 * measured.client / count, 1e6 * measured.server / count
    print(f"{name:34} {rate:>9,.0f}/s | client {client:.1f} + server {server:.1f} us each | "
          f"others {measured.others:.1f} cores", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
