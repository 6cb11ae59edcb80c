"""The abandoned cart from an empty canvas to published, then run to a goal and to its last message.

Staff build it in a real browser. The engine then runs on a clock of the test, so that days pass: in
one transaction, whose own facts count as settled, so that nobody beside this test holds them back.
"""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision, FrequencyCap, QuietHours
from campaigns.deliveries.services.send import send_shard
from campaigns.journeys.models import Enrollment, Step
from campaigns.journeys.services.advance import advance_all
from kernel.ids import new_key
from kernel.testing import drain_facts
from profiles.contracts import IdentityRef
from profiles.customers.models import Customer
from profiles.facade import identify_customer, record_consent
from profiles.identities.models import Identity
from tests.campaigns.builders import make_template, make_words
from tests.campaigns.journeys.test_engine import touch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.nightly,  # it clicks quicker than redrawn fields listen, and then is not heard
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

NAME = "Cart left behind"


def make_captured(channel, now):
    draft = SenderDraft(
        name=f"Captured {channel}", channel=channel, kind="console", from_address="s@a.example"
    )
    create_sender(draft, key=new_key(now=now), actor="user:1", now=now)


def shopper(name, now, *, channels):
    """Somebody with an e-mail address and a phone, and consent to some channels."""
    traits = {"first_name": name, "email": f"{name}@p.example"}
    known = IdentityRef(kind="user_id", value=name)
    person = Customer.objects.get(pk=identify_customer(known, traits=traits, now=now))
    Identity.objects.create(
        customer=person,
        kind="device_token",
        value=f"phone-{name}",
        source_id=1,
        first_seen_at=now,
        last_seen_at=now,
    )
    for channel in channels:
        record_consent(person.pk, channel=channel, state="granted", source="form", now=now)
    return person


def live_through(now):
    """Let the engine do all that is due. Facts of the examples may be parked: they are not ours."""
    busy = True
    while busy:
        facts, moved = drain_facts(now, allow_parked=True), advance_all(now=now)
        sent = [send_shard(shard, now=now) for shard in queries.list_due_shards(now=now)]
        busy = bool(facts or moved or sum(sent))


class Builder:
    """What a marketer does on the canvas, by the names they read."""

    def __init__(self, page):
        self.page = page

    def saved(self):
        return self.page.expect_response(lambda answer: "/build/edit/" in answer.url)

    def field(self, label):
        return self.page.get_by_label(re.compile(rf"^{label}( \d+)?( optional)?$")).first

    def add(self, after, label):
        self.page.get_by_role("link", name=after, exact=True).click()
        with self.saved():
            self.page.locator(".steps__kind", has_text=label).first.click()
        expect(self.page.locator("#node-form")).to_be_visible()

    def fill(self, label, text):
        with self.saved():
            self.field(label).fill(text)
            self.page.keyboard.press("Tab")

    def choose(self, label, option):
        with self.saved():
            self.field(label).select_option(label=option)

    def send(self, after, template):
        self.add(after, "Send a message")
        self.choose("Template", template)

    def wait(self, after, hours):
        self.add(after, "Wait")
        self.fill("Wait for", str(hours))
        self.choose("Unit", "hours")


def build(page, site):
    page.goto(site.address("campaigns:journey-new"))
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_role("button", name="Open the builder").click()
    canvas = Builder(page)
    page.get_by_role("link", name="Choose what lets people in").first.click()
    canvas.choose("Trigger", "They do something")
    canvas.fill("Event", "Product Added")
    canvas.wait("Add a step after entry", 2)
    canvas.add("Add a step after wait", "Ask yes or no")
    canvas.fill(r"Did they do this since they entered\?", "Order Completed")
    canvas.send("Add a step after condition, no", "Cart, e-mail")
    for way in ("Sent", "No consent"):
        with canvas.saved():
            page.get_by_label(way, exact=True).check()
    branches = ["Yes", "No", "Sent", "No consent", "Otherwise"]
    expect(page.locator(".graph__branch")).to_have_text(branches)
    canvas.wait("Add a step after send, sent", 22)
    canvas.send("Add a step after wait_2", "Cart, audience")
    canvas.wait("Add a step after send_2", 24)
    canvas.send("Add a step after wait_3", "Cart, push")
    page.locator("#n-send").click()
    with canvas.saved():
        page.get_by_label("“No consent” leads to").select_option(label="Cart, push (send_3)")
    page.get_by_role("link", name="Close").click()
    canvas.fill("Holdout percent", "0")
    canvas.fill("Goal", "Order Completed")
    expect(page.get_by_role("heading", name="Ready to publish")).to_be_visible()
    page.get_by_role("link", name="Review and publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def add_audience_sender(page, site):
    page.goto(site.address("campaigns:senders"))
    page.get_by_role("link", name="Add a sender").click()
    page.locator("a[href$='/audience/console/']").click()
    page.locator("#id_name").fill("Captured audiences")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="Advertising audience")).to_be_visible()


def run_three_carts(start):
    """Three people leave a cart: one buys the same day, one cannot be mailed, one never comes back."""
    # The limits of the examples would make the ways depend on the time of the day.
    FrequencyCap.objects.all().delete()
    QuietHours.objects.all().delete()
    every = ("email", "push", "audience")
    buyer, silent, stays = (
        shopper(name, start, channels=channels)
        for name, channels in (("Buyer", every), ("Silent", ["push"]), ("Stays", every))
    )
    for person in (buyer, silent, stays):
        touch(person, "Product Added", at=start)
    for hours in (0, 3, 10, 26, 51):
        at = start + timedelta(hours=hours)
        if hours == 10:
            touch(buyer, "Order Completed", at=at)
        live_through(at)
    return buyer, silent, stays


def reasons_of(run):
    return [step.reason for step in Step.objects.filter(enrollment_id=run.pk).order_by("step_no")]


def test_the_abandoned_cart_is_built_published_and_run_to_its_ends(site, visitors):
    now = timezone.now()
    for channel in (Channel.EMAIL, Channel.PUSH):
        make_captured(channel, now)
    make_template("Cart, e-mail")
    make_words("Cart, audience", Channel.AUDIENCE, text="", subject="carts", action="add")
    make_words("Cart, push", Channel.PUSH, subject="Your cart")
    page = visitors["owner"]
    page.set_viewport_size({"width": 1440, "height": 900})
    add_audience_sender(page, site)
    build(page, site)

    with transaction.atomic():
        buyer, silent, stays = run_three_carts(timezone.now() + timedelta(seconds=1))
    run = Enrollment.objects.get(customer=buyer, journey__name=NAME)
    assert reasons_of(run) == [
        "entered", "entered", "waited", "condition_not_met", "message_sent", "goal_reached",
    ]  # fmt: skip
    sent = Decision.objects.filter(outcome="sent", delivery__journey_id=run.journey_id)
    assert sorted(sent.values_list("customer_id", "delivery__channel")) == sorted([
        (buyer.pk, "email"), (silent.pk, "push"),
        (stays.pk, "email"), (stays.pk, "audience"), (stays.pk, "push"),
    ])  # fmt: skip
    page.goto(site.address("profiles:profile", key=buyer.key))
    page.get_by_role("link", name="Reached the goal and left").first.click()
    page.wait_for_url(f"**/runs/{run.pk}/")
    expect(page.locator(".timeline__title").last).to_have_text("Reached the goal and left")
    page.get_by_role("link", name=NAME).click()
    expect(page.locator(".graph__node", has_text="Cart, e-mail")).to_contain_text("2 sent")
    expect(page.locator(".graph__node", has_text="Cart, push")).to_contain_text("2 sent")
