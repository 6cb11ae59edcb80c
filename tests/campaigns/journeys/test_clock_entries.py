"""People who come by the clock, by a program, or by the hand of staff."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.journeys.models import Enrollment, JourneyTrigger
from campaigns.journeys.nodes.recurrence import check_recurrence, next_occurrence
from campaigns.journeys.rules.definition import Problem, parse_definition
from campaigns.journeys.services import scheduling
from campaigns.journeys.services.enroll import let_in_segment
from campaigns.journeys.services.scheduling import start_due
from kernel.audit.models import AuditEntry
from profiles.identities.models import Identity
from profiles.segments.models import Segment, SegmentMember
from tests.campaigns.builders import NOW, after, entry, key, make_customer, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT

BERLIN = ZoneInfo("Europe/Berlin")


def next_time(rule, after_, *, at="02:30", begins="2026-03-01"):
    found = next_occurrence(
        rule, begins_on=date.fromisoformat(begins), at=time.fromisoformat(at), zone=BERLIN,
        after=after_,
    )  # fmt: skip
    return found and found.isoformat()


@pytest.mark.parametrize(
    ("rule", "after_", "expected"),
    [
        ("FREQ=DAILY", datetime(2026, 3, 28, 0, tzinfo=UTC), "2026-03-28T01:30:00+00:00"),
        ("FREQ=DAILY", datetime(2026, 3, 28, 1, 30, tzinfo=UTC), "2026-03-29T01:30:00+00:00"),
        ("FREQ=WEEKLY;BYDAY=MO", datetime(2026, 3, 10, tzinfo=UTC), "2026-03-16T01:30:00+00:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", datetime(2026, 4, 2, tzinfo=UTC), "2026-05-31T00:30:00+00:00"),
        ("FREQ=DAILY;COUNT=2", datetime(2026, 3, 10, tzinfo=UTC), None),
    ],
    ids=["today", "the hour that is skipped", "weekly", "a day that April lacks", "used up"],
)  # fmt: skip
def test_the_next_time_of_a_rule_is_on_the_clock_of_its_zone(rule, after_, expected):
    assert next_time(rule, after_) == expected


@pytest.mark.parametrize(
    "rule", ["daily", "FREQ=HOURLY", "FREQ=DAILY;UNTIL=20260101T000000Z", "FREQ=X"]
)
def test_rules_that_cannot_be_kept_are_refused_in_words(rule):
    with pytest.raises(ValueError, match=r"FREQ|daily at most"):
        check_recurrence(rule)
    trigger = {"kind": "schedule", "segment_id": 1, "rrule": rule}
    with pytest.raises(Problem, match=r"triggers\.0\.schedule"):
        parse_definition({"nodes": [entry(trigger, next_="out"), OUT]})


def make_segment(*members):
    segment = Segment.objects.create(key=key(5), name="Buyers", created_at=NOW)
    for member in members:
        SegmentMember.objects.create(segment=segment, customer_id=member.pk, since=NOW)
    return segment


def start_all(now):
    while start_due(now=now):
        pass


def entered():
    return sorted(Enrollment.objects.values_list("customer_id", flat=True))


@pytest.mark.django_db
def test_a_schedule_lets_in_the_segment_each_time_in_batches(monkeypatch):
    monkeypatch.setattr(scheduling, "_BATCH", 2)
    people = [make_customer() for _ in range(5)]
    make_customer()
    segment = make_segment(*people)
    trigger = {"kind": "schedule", "segment_id": segment.pk, "rrule": "FREQ=DAILY", "at": "13:00"}
    publish(entry(trigger, next_="out", reentry="after_exit"), OUT)
    start_all(after(minutes=59))
    assert entered() == []
    start_all(after(hours=1))
    assert entered() == [person.pk for person in people]
    Enrollment.objects.update(state="finished")
    start_all(after(hours=24))
    assert len(entered()) == 5
    start_all(after(hours=25))
    assert len(entered()) == 10
    row = JourneyTrigger.objects.get()
    assert (row.next_at, row.progress) == (after(hours=49), 0)


@pytest.mark.django_db
def test_a_time_that_was_missed_for_too_long_is_left_out():
    segment = make_segment(make_customer())
    trigger = {
        "kind": "schedule",
        "segment_id": segment.pk,
        "rrule": "FREQ=WEEKLY;BYDAY=TU",
        "at": "13:00",
    }
    publish(entry(trigger, next_="out", max_age_seconds=3600), OUT)
    start_all(after(hours=2, seconds=1))
    assert (entered(), JourneyTrigger.objects.get().next_at) == ([], after(days=7, hours=1))


@pytest.mark.django_db
def test_a_birthday_comes_every_year_on_each_persons_own_clock():
    trigger = {"kind": "date_trait", "trait": "birthday", "offset_days": -1, "at": "09:00",
               "zone": "UTC", "yearly": True}  # fmt: skip
    utc = make_customer(birthday="1990-03-12")
    leap = make_customer(birthday="1992-02-29")
    tokyo = make_customer(birthday="1985-03-12T00:00:00Z", time_zone="Asia/Tokyo")
    make_customer(birthday="soon")
    make_customer(birthday="1990-03-13")
    publish(entry(trigger, next_="out"), OUT)
    start_all(datetime(2026, 3, 10, 23, 59, tzinfo=UTC))
    assert entered() == []
    start_all(datetime(2026, 3, 11, 0, 20, tzinfo=UTC))
    assert entered() == [tokyo.pk]
    start_all(datetime(2026, 3, 11, 9, 20, tzinfo=UTC))
    assert entered() == [utc.pk, tokyo.pk]
    JourneyTrigger.objects.update(next_at=datetime(2027, 2, 27, 9, 0, tzinfo=UTC))
    start_all(datetime(2027, 2, 27, 9, 5, tzinfo=UTC))
    assert leap.pk in entered()
    assert Enrollment.objects.get(customer=leap).ctx == {"event": {"birthday": "1992-02-29"}}


@pytest.mark.django_db
def test_a_date_passes_once():
    trigger = {"kind": "date_trait", "trait": "renewal", "offset_days": 2}
    person = make_customer(renewal="2026-03-10")
    publish(entry(trigger, next_="out", reentry="after_exit"), OUT)
    for hours in range(0, 72, 6):
        start_all(after(hours=hours))
        Enrollment.objects.update(state="finished")
    assert entered() == [person.pk]


@pytest.mark.django_db
def test_staff_let_in_a_segment_and_it_is_on_the_trail():
    journey = publish(entry(BOUGHT, next_="out"), OUT)
    people = [make_customer(), make_customer()]
    let_in_segment(journey, make_segment(*people).pk, actor="user:1", now=NOW)
    start_all(NOW)
    start_all(NOW)
    assert entered() == [person.pk for person in people]
    assert AuditEntry.objects.filter(verb="let people in").count() == 1


@pytest.mark.django_db
def test_staff_let_in_people_whom_they_list(client, owner):
    journey = publish(entry(BOUGHT, next_="out"), OUT)
    person = make_customer()
    client.force_login(owner)
    url = reverse("campaigns:journey-people", kwargs={"key": journey.key})
    Identity.objects.create(
        customer_id=person.pk, kind="email", value="ada@example.com", source_id=1,
        first_seen_at=timezone.now(), last_seen_at=timezone.now(),
    )  # fmt: skip
    assert client.post(url, {"segment": "", "people": ""}).status_code == 422
    answer = client.post(url, {"people": "ada@example.com\nuser_id:nobody"}, follow=True)
    assert "1 of 1 people entered" in answer.content.decode()
    assert "1 of the lines name nobody" in answer.content.decode()
    assert entered() == [person.pk]


@pytest.mark.django_db
def test_letting_people_in_needs_the_right_to_publish(client, colleague):
    journey = publish(entry(BOUGHT, next_="out"), OUT)
    client.force_login(colleague)
    url = reverse("campaigns:journey-people", kwargs={"key": journey.key})
    assert client.post(url, {"people": "x"}).status_code == 403


@pytest.fixture
def caller(client, colleague):
    client.force_login(colleague)

    def call(journey, body, **headers):
        url = reverse("api_journey_entries", kwargs={"key": journey.key})
        return client.post(url, body, content_type="application/json", headers=headers)

    return call


@pytest.mark.django_db
def test_a_program_lets_in_one_person_once_for_each_idempotency_key(caller):
    journey = publish(
        entry({"kind": "api"}, next_="pause", reentry="after_exit", key="order", at_once=5),
        {"id": "pause", "type": "wait", "seconds": 60, "next": "out"}, OUT,
    )  # fmt: skip
    body = {"person": {"kind": "user_id", "value": "u1"}, "properties": {"order": "a"}}
    first = caller(journey, body, idempotency_key="k1")
    again = caller(journey, body, idempotency_key="k1")
    assert (first.status_code, first.json(), again.json()) == (
        200,
        {"entered": True},
        {"entered": True},
    )
    assert caller(journey, body).json() == {"entered": False}
    body["properties"] = {"order": "b"}
    assert caller(journey, body).json() == {"entered": True}
    keys = Enrollment.objects.order_by("id").values_list("instance_key", "cause_kind")
    assert list(keys) == [("a", "api"), ("b", "api")]


@pytest.mark.django_db
def test_a_journey_that_is_not_open_to_programs_says_so(caller):
    journey = publish(entry(BOUGHT, next_="out"), OUT)
    answer = caller(journey, {"person": {"kind": "user_id", "value": "u1"}})
    assert (answer.status_code, entered()) == (409, [])
    assert "A program calls" in answer.json()["detail"]
    assert caller(journey, {}).status_code == 422
