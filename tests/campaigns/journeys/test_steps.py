"""Steps that decide in Python: attributes, loops, throttles, channels, dates, rules, servers."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.journeys.models import Call, Enrollment, Timer
from campaigns.journeys.rules.definition import Problem, parse_definition
from campaigns.journeys.services import calling
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.calling import make_calls
from campaigns.journeys.signing import call_secret
from profiles.customers.models import Customer
from profiles.identities.models import Identity
from profiles.touchpoints.models import Touchpoint
from tests.campaigns.builders import (
    NOW,
    after,
    entry,
    give_consent,
    make_customer,
    publish,
)
from tests.campaigns.channels.http_server import HttpServer
from tests.campaigns.channels.test_webhook import is_genuine
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, trail

pytestmark = pytest.mark.django_db
OTHER = {"id": "other", "type": "exit"}


def journey_with(node, **parts):
    others = [OTHER] if '"other"' in json.dumps(node) else []
    return publish(entry(BOUGHT, next_=node["id"]), node, OUT, *others, **parts)


def ends(*people):
    names = {1: "here", 2: "out", 3: "other"}
    found = dict(Enrollment.objects.values_list("customer_id", "node"))
    return [names[found[person.pk]] for person in people]


def identified(customer):
    Identity.objects.create(
        customer_id=customer.pk, kind="user_id", value=f"u{customer.pk}", source_id=1,
        first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    return customer


def test_attributes_are_set_once_for_each_visit_also_from_the_event():
    settings = [{"trait": "tier", "value": "gold"}, {"trait": "old", "value": None},
                {"trait": "last_total", "from_event": "total"}, {"trait": "x", "from_event": "none"}]  # fmt: skip
    journey = journey_with({"id": "set", "type": "update", "settings": settings, "next": "out"})
    people = [identified(make_customer(old="yes")), identified(make_customer())]
    let_in(journey, *people, ctx={"event": {"total": 30}})
    advance_all(now=NOW)
    advance_all(now=NOW)
    for person in people:
        traits = Customer.objects.get(pk=person.pk).traits
        assert (traits["tier"], traits["last_total"]) == ("gold", 30)
        assert "old" not in traits
        assert "x" not in traits
    assert Touchpoint.objects.count() == 2
    assert trail(people[0])[-1] == "traits_set"


def test_what_tells_people_apart_is_not_changed_by_a_journey():
    node = {
        "id": "set",
        "type": "update",
        "settings": [{"trait": "email", "value": "x"}],
        "next": "out",
    }
    with pytest.raises(Problem, match="tells people apart"):
        parse_definition({"nodes": [entry(BOUGHT, next_="set"), node, OUT]})


def test_a_loop_ends_after_so_many_times():
    wait = {"id": "wait", "type": "wait", "seconds": 60, "next": "loop"}
    loop = {"id": "loop", "type": "loop", "most": 2, "again": "wait", "next": "out"}
    journey = publish(entry(BOUGHT, next_="wait"), wait, loop, OUT)
    person = make_customer()
    let_in(journey, person)
    for minutes in range(6):
        advance_all(now=after(minutes=minutes))
    assert [r for r in trail(person) if r in {"goes_again", "been_enough"}] == [
        "goes_again", "goes_again", "been_enough",
    ]  # fmt: skip


def test_a_throttle_lets_people_on_evenly_and_drops_nobody():
    node = {"id": "slow", "type": "throttle", "people": 2, "seconds": 60, "next": "out"}
    journey = journey_with(node)
    let_in(journey, *(make_customer() for _ in range(4)))
    advance_all(now=NOW)
    dues = sorted(Timer.objects.values_list("due_at", flat=True))
    assert dues == [after(seconds=30), after(seconds=60), after(seconds=90)]
    let_in(journey, make_customer(), now=after(seconds=1))
    advance_all(now=after(seconds=1))
    assert max(Timer.objects.values_list("due_at", flat=True)) == after(seconds=120)
    advance_all(now=after(seconds=120))
    assert Enrollment.objects.filter(state="finished").count() == 5


def test_the_preferred_channel_is_taken_where_it_reaches_them():
    ways = [{"name": "email", "next": "out"}, {"name": "sms", "next": "other"}]
    node = {"id": "way", "type": "reach", "branches": ways, "otherwise": "other"}
    journey = journey_with(node)
    likes_sms = make_customer(phone="+491701234567", preferred_channel="sms")
    give_consent(likes_sms, channel="sms")
    no_sms = make_customer(phone="+491701234568", preferred_channel="sms")
    none = make_customer(consent=None)
    let_in(journey, likes_sms, no_sms, none)
    advance_all(now=NOW)
    assert ends(likes_sms, no_sms, none) == ["other", "out", "other"]
    assert [trail(person)[-1] for person in (likes_sms, no_sms, none)] == [
        "channel_preferred", "channel_reaches", "no_channel",
    ]  # fmt: skip


def due_of(node, now=NOW, **traits):
    journey = journey_with(node)
    person = make_customer(**traits)
    let_in(journey, person, now=now)
    advance_all(now=now)
    due = Timer.objects.values_list("due_at", flat=True).first()
    return due, ends(person)[0]


def test_days_of_the_calendar_are_not_lengths_of_24_hours():
    node = {
        "id": "days",
        "type": "wait_days",
        "days": 1,
        "at": "09:00",
        "zone": "Europe/Berlin",
        "next": "out",
    }
    late = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    assert due_of(node, late) == (datetime(2026, 3, 29, 7, 0, tzinfo=UTC), "here")


@pytest.mark.parametrize(
    ("traits", "yearly", "expected"),
    [
        ({"renewal": "2026-03-12"}, False, (datetime(2026, 3, 11, 10, 0, tzinfo=UTC), "here")),
        ({"renewal": "2026-03-12T08:00:00Z"}, False, (datetime(2026, 3, 11, 10, tzinfo=UTC), "here")),
        ({"renewal": "2026-03-11"}, False, (None, "other")),
        ({"renewal": "1999-03-11"}, True, (datetime(2027, 3, 10, 10, 0, tzinfo=UTC), "here")),
        ({"renewal": "soon"}, False, (None, "other")),
        ({}, True, (None, "other")),
    ],
    ids=["ahead", "with a time", "past", "next year", "no date", "none"],
)  # fmt: skip
def test_a_date_is_waited_for_and_none_or_a_past_one_is_not(traits, yearly, expected):
    node = {"id": "date", "type": "wait_date", "trait": "renewal", "offset_days": -1, "at": "10:00",
            "yearly": yearly, "next": "out", "otherwise": "other"}  # fmt: skip
    assert due_of(node, **traits) == expected


def rule_of(trait, value):
    test = {"type": "text", "operator": "is", "values": [value]}
    condition = {"kind": "trait", "key": trait, "test": test}
    return {"version": 1, "root": {"kind": "group", "match": "all", "rules": [condition]}}


def test_ways_are_chosen_by_the_first_rule_that_holds():
    branches = [
        {"name": "gold", "rule": rule_of("tier", "gold"), "next": "out"},
        {"name": "german", "rule": rule_of("country", "DE"), "next": "other"},
    ]
    journey = journey_with(
        {"id": "pick", "type": "choose", "branches": branches, "otherwise": "out"}
    )
    both, german, none = (
        make_customer(tier="gold", country="DE"), make_customer(country="DE"), make_customer(),
    )  # fmt: skip
    let_in(journey, both, german, none)
    advance_all(now=NOW)
    assert [trail(p)[-1] for p in (both, german, none)] == ["gold", "german", "no_branch_matched"]
    assert ends(both, german, none) == ["out", "other", "out"]


def test_a_condition_may_ask_about_the_event_that_let_them_in():
    context = [{"property": "event.total", "is": "at_least", "value": 50}]
    journey = journey_with(
        {"id": "ask", "type": "condition", "context": context, "yes": "out", "no": "other"}
    )
    rich, poor, unknown = make_customer(), make_customer(), make_customer()
    for person, ctx in (
        (rich, {"event": {"total": 50}}),
        (poor, {"event": {"total": 49}}),
        (unknown, None),
    ):
        let_in(journey, person, ctx=ctx)
    advance_all(now=NOW)
    assert ends(rich, poor, unknown) == ["out", "other", "other"]


@pytest.fixture
def server(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with HttpServer(lambda _: (200, {}, b'{"score": 7}')) as running:
        yield running


def webhook(server, **parts):
    return {"id": "lookup", "type": "webhook", "url": f"{server.url}/hook", "traits": ["first_name"],
            "next": "ask", "failed": "other", **parts}  # fmt: skip


ASK = {"id": "ask", "type": "condition", "yes": "out", "no": "other",
       "context": [{"property": "answers.lookup.score", "is": "at_least", "value": 7}]}  # fmt: skip


def called(server, people=1):
    journey = publish(entry(BOUGHT, next_="lookup"), webhook(server), ASK, OUT, OTHER)
    found = [make_customer(f"Ada{i}") for i in range(people)]
    let_in(journey, *found, ctx={"event": {"total": 3}})
    advance_all(now=NOW)
    return found


def test_a_server_is_called_once_and_its_answer_is_kept(server):
    (person,) = called(server)
    advance_all(now=NOW)
    assert [make_calls(now=NOW), make_calls(now=NOW)] == [1, 0]
    advance_all(now=NOW)
    assert [trail(person)[-2], trail(person)[-1]] == ["call_answered", "condition_met"]
    (request,) = server.calls
    body, call = json.loads(request.body), Call.objects.get()
    assert request.headers["idempotency-key"] == str(call.key) == body["id"]
    assert is_genuine(request, call_secret().get_secret_value().removeprefix("whsec_"))
    assert body["person"] == {"key": str(person.key), "traits": {"first_name": "Ada0"}}
    assert (body["event"], call.answer) == ({"total": 3}, {"score": 7})
    assert not Timer.objects.exists()


def test_a_server_that_is_away_is_tried_again_and_then_given_up(server):
    server.answer = lambda _: (503, {}, b"")
    (person,) = called(server)
    now, tries = NOW, 0
    while Call.objects.filter(status="planned").exists():
        tries += make_calls(now=now)
        now += timedelta(minutes=5)
        advance_all(now=now)
        assert tries < 10
    assert (tries, len({r.headers["idempotency-key"] for r in server.calls})) == (5, 1)
    assert trail(person)[-1] == "call_failed"
    assert Call.objects.get().error == "The server answered 503."


def test_a_refusal_is_final(server):
    server.answer = lambda _: (400, {}, b"no")
    (person,) = called(server)
    make_calls(now=NOW)
    assert (trail(person)[-1], len(server.calls)) == ("call_failed", 1)


def test_a_crash_between_the_call_and_its_end_calls_again_with_the_same_key(server, monkeypatch):
    (person,) = called(server)
    with monkeypatch.context() as patch:
        patch.setattr(calling, "_finish", lambda *_args, **_kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_calls(now=NOW)
    assert make_calls(now=after(minutes=9)) == 0
    assert make_calls(now=after(minutes=10)) == 1
    assert len({request.headers["idempotency-key"] for request in server.calls}) == 1
    assert (len(server.calls), trail(person)[-1]) == (2, "call_answered")


def test_whoever_left_meanwhile_is_not_called(server):
    called(server)
    Enrollment.objects.update(state="removed")
    make_calls(now=NOW)
    assert (server.calls, Call.objects.get().status) == ([], "skipped")


def test_a_private_address_is_refused_and_the_way_goes_on(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = []
    node = {
        "id": "lookup",
        "type": "webhook",
        "url": "http://127.0.0.1:9/",
        "next": "out",
        "failed": "other",
    }
    journey = journey_with(node)
    person = make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    make_calls(now=NOW)
    assert ends(person) == ["other"]
