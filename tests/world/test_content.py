"""The demo's content is made by the services staff use, once."""

from datetime import UTC, datetime

from campaigns.content.models import Template
from campaigns.journeys.models import Journey
from mcps_site.world import channels
from mcps_site.world.content import SEGMENTS, TOPICS, TRAITS, load_content
from profiles.computed.models import ComputedTrait
from profiles.consent.models import Topic
from profiles.duplicates.services import look_for_duplicates
from profiles.models import Customer, Duplicate, Event, Source, Touchpoint, Upload
from profiles.segments.models import Segment
from profiles.touchpoints.services.draining import drain_inbox
from referrals.programs.models import Program

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def counts():
    made = (Segment, ComputedTrait, Program, Template, Topic)
    return [model.objects.count() for model in made]


def test_loading_twice_makes_everything_once(db):
    load_content(now=NOW)
    once = counts()
    load_content(now=NOW)
    carts_and_mails = 7
    broadcast = 2
    templates = carts_and_mails + len(channels.TEMPLATES) + broadcast
    expected = [len(SEGMENTS) + 1, len(TRAITS) + 4, 1, templates, len(TOPICS)]
    assert counts() == once == expected


def test_one_segment_counts_from_now_on(db):
    load_content(now=NOW)
    published = Segment.objects.filter(live_version__backfill=False)
    assert list(published.values_list("name", flat=True)) == ["New regulars"]


def test_every_journey_of_the_demo_is_live(db):
    load_content(now=NOW)
    assert dict(Journey.objects.values_list("name", "status")) == dict.fromkeys(
        (
            "Win back", "Thank you for the invitation", "Abandoned cart", "Welcome",
            "Invite a friend", "Looked at tents",
        ),
        "live",
    )  # fmt: skip


def test_the_order_system_tells_of_parcels_of_known_people_once(db, sender):
    for number in (2, 5):
        sender.send({"type": "identify", "userId": f"fw-{number:07d}"})
    drain_inbox(now=NOW)
    for _ in range(2):
        load_content(now=NOW)
        drain_inbox(now=NOW)
    shipped = Touchpoint.objects.filter(event=Event.objects.get(name="Order Shipped"))
    assert sorted(row.properties["parcel"] for row in shipped) == ["FP-000002", "FP-000005"]
    assert [row.name for row in Source.objects.filter(kind="webhook")] == ["Order system"]


def test_the_cards_of_the_stores_are_an_upload_with_two_rejected_rows_once(db, sender):
    sender.send({"type": "identify", "userId": "fw-0000002"})
    drain_inbox(now=NOW)
    for _ in range(2):
        load_content(now=NOW)
        drain_inbox(now=NOW)
    [upload] = Upload.objects.all()
    assert (upload.status, upload.accepted, upload.rejected) == ("finished", 1, 2)
    cards = Customer.objects.values_list("traits__store_card", flat=True)
    assert [card for card in cards if card] == [4002]


def test_a_till_noted_somebody_twice_and_the_search_finds_the_pair(db, sender):
    ada = {"type": "identify", "userId": "fw-0000002"}
    sender.send({**ada, "traits": {"email": "ada@people.example", "name": "Ada Moss"}})
    drain_inbox(now=NOW)
    for _ in range(2):
        load_content(now=NOW)
    assert Customer.objects.filter(traits__email="ada+till@people.example").count() == 1
    assert look_for_duplicates(now=NOW) == 1
    assert Duplicate.objects.get().evidence == ["email_alike"]
