"""The living world acts through public addresses only."""

import json
from datetime import UTC, datetime
from gzip import decompress
from random import Random

import httpx
import pytest
from django.test import Client

from mcps_site.world.browsing import address_of, open_browser
from mcps_site.world.collector import Collector
from mcps_site.world.history import Plan, World
from mcps_site.world.life import Story
from mcps_site.world.live import LivingWorld, number_of
from mcps_site.world.people import friends_of
from mcps_site.world.postman import Postman
from mcps_site.world.reactions import Reaction
from profiles.touchpoints.services.draining import drain_inbox
from referrals.landing.rules import ATTEMPTS_AN_HOUR, is_robot
from referrals.models import Referral, Visit
from tests.referrals.world import advocate, live_program

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FORM = '<form method="post"><input type="hidden" name="t" value="signed"></form>'


class Outside:
    """The installation as the world sees it: it answers and remembers what was asked."""

    def __init__(self, answers=()):
        self.requests = []
        self.answers = list(answers)

    def __call__(self, request):
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        return httpx.Response(200, text=FORM if request.method == "GET" else "{}")

    @property
    def calls(self):
        return [(request.method, request.url.path) for request in self.requests]


def at_home(person):
    """The person's browser before the real pages."""

    def answer(request):
        answer = Client(enforce_csrf_checks=True, REMOTE_ADDR=address_of(person.number)).generic(
            request.method, request.url.path, request.content,
            request.headers.get("content-type", ""), headers=dict(request.headers),
        )  # fmt: skip
        return httpx.Response(answer.status_code, content=answer.content, request=request)

    with open_browser(person) as browser:
        headers = browser.headers
    return httpx.Client(transport=httpx.MockTransport(answer), headers=headers)


@pytest.fixture
def outside():
    return Outside()


@pytest.fixture
def living(outside):
    transport = httpx.MockTransport(outside)
    collector = Collector("http://mcps.test", "key", connections=1)
    collector.client = httpx.Client(base_url="http://mcps.test", transport=transport)
    world = World(Plan(seed=7, people=200, days=90, start=NOW))
    return LivingWorld(
        world, collector, lambda _: httpx.Client(transport=transport), Random(1), "run"
    )


def test_time_alone_brings_visits(living, outside):
    assert living.step(86_400, [], now=NOW) > 0
    body = json.loads(decompress(outside.requests[0].content))
    assert {message["timestamp"] for message in body["batch"]} == {NOW.isoformat()}
    assert len({message["messageId"] for message in body["batch"]}) == len(body["batch"])


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        ("open", [("GET", "/x")]),
        ("click", [("GET", "/x")]),
        ("leave", [("POST", "/x")]),
        ("sign_up", [("GET", "/x"), ("POST", "/x")]),
        ("order", [("POST", "/v1/batch")]),
    ],
)
def test_each_reaction_uses_its_public_address(living, outside, kind, calls):
    living._plan(3, Reaction(0, kind, "http://mcps.test/x"))
    living.step(0.0, [], now=NOW)
    expected = calls + [("POST", "/v1/batch")] * (len(outside.calls) - len(calls))
    assert outside.calls == expected


def test_a_sign_up_sends_the_hidden_fields_and_the_address(living, outside):
    living._plan(3, Reaction(0, "sign_up", "http://mcps.test/x"))
    living.step(0.0, [], now=NOW)
    sent = dict(httpx.QueryParams(outside.requests[1].content.decode()))
    assert sent["t"] == "signed"
    assert sent["email"] == living.world.person(3).email


def test_a_friend_signs_up_on_the_real_page_and_one_network_is_not_the_limit(living, sender):
    program = live_program()
    living.browse = at_home
    url = f"http://127.0.0.1/r/{advocate(program, 'ada').code}"
    for number in range(ATTEMPTS_AN_HOUR + 5):
        living._plan(number, Reaction(0, "sign_up", url))
    living.step(0.0, [], now=NOW)
    drain_inbox(now=datetime.now(UTC))
    assert Referral.objects.filter(status="started").count() == ATTEMPTS_AN_HOUR + 5
    assert Visit.objects.count() == ATTEMPTS_AN_HOUR + 5


def test_invitations_go_to_people_who_are_no_customers_yet(living):
    ada = living.world.person(3)
    friends = friends_of(7, 3, 200)
    living.world.stories[friends[0]] = Story(signed_up=True)
    invited = list(living._friends(ada))
    assert invited[1:] == list(friends[1:])
    assert 200 <= invited[0] < 400


def test_browsers_have_networks_of_their_own_and_are_not_taken_for_robots(living):
    networks = {address_of(number).rpartition(".")[0] for number in range(20_000)}
    assert len(networks) == 20_000
    with open_browser(living.world.person(3)) as browser:
        assert not is_robot(browser.headers["user-agent"])


def test_a_reaction_waits_for_its_time(living, outside):
    living._plan(3, Reaction(100, "open", "http://mcps.test/x"))
    living.step(0.0, [], now=NOW)
    assert outside.calls == []
    living.step(100.0, [], now=NOW)
    assert outside.calls[0] == ("GET", "/x")


def test_a_busy_server_is_asked_again_and_loses_nothing(living):
    outside = Outside([httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200)])
    living.collector.client = httpx.Client(
        base_url="http://mcps.test", transport=httpx.MockTransport(outside)
    )
    assert living.collector.send([{"type": "track"}]) == 1
    assert outside.calls == [("POST", "/v1/batch")] * 2


def test_a_refused_batch_is_an_error(living):
    outside = Outside([httpx.Response(401)])
    living.collector.client = httpx.Client(
        base_url="http://mcps.test", transport=httpx.MockTransport(outside)
    )
    with pytest.raises(httpx.HTTPStatusError):
        living.collector.send([{"type": "track"}])


@pytest.mark.parametrize(
    ("address", "number"),
    [("ada.berg.5@people.example", 5), ("ada@shop.example", None), ("x.y@people.example", None)],
)
def test_only_addresses_of_the_world_belong_to_its_people(address, number):
    assert number_of(address) == number


@pytest.mark.parametrize(("channel", "received"), [("sms", 1), ("audience", 0)])
def test_people_read_messages_but_not_that_they_are_in_an_audience(living, channel, received):
    text = {"address": "ada.berg.5@people.example", "channel": channel, "subject": "", "text": "Hi",
            "button": "", "url": ""}  # fmt: skip
    living.step(0.0, [], texts=[text], now=NOW)
    assert len(living.received[5]) == received


def test_the_postman_brings_each_mail_once_and_none_from_before(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"old")
    postman = Postman(tmp_path)
    (tmp_path / "new" / "2").write_bytes(b"new")
    assert list(postman.take()) == [b"new"]
    assert list(postman.take()) == []
