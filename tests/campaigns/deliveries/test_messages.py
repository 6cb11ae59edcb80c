"""Why a person got, or did not get, each message: the tab of the profile and the page of one."""

import pytest
from django.urls import reverse

from campaigns.content.rules.values import keep_read
from campaigns.deliveries.messages import PAGE, find_words, get_message, idle_links
from campaigns.deliveries.models import DeliveryEvent
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from kernel.testing import drain_facts
from profiles.touchpoints.models import Touchpoint
from tests.campaigns.builders import NOW, after, make_cap, make_customer, make_template, plan
from tests.campaigns.deliveries.test_gate import _null_sender, send_all  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def viewer(client, colleague):
    assign_role(colleague, Role.VIEWER)
    client.force_login(colleague)
    return client


@pytest.fixture
def two(db):
    """One message that was sent, opened and clicked, and one that a cap held back."""
    make_cap("Weekly", count=1)
    ada = make_customer()
    sent = plan(ada, make_template(), priority=1)
    held = plan(ada, make_template("Offers"))
    send_all()
    for kind, is_bot in (("clicked", True), ("opened", False)):
        DeliveryEvent.objects.create(
            delivery=sent, kind=kind, at=sent.due_at, key=kind, is_bot=is_bot, raw={"url": "https://a.example"},
        )  # fmt: skip
    return sent, held


@pytest.mark.parametrize(
    ("winner", "loser", "why"),
    [({"priority": 7}, {"priority": 3}, "its priority is higher"),
     ({"priority": -1, "due_at": after(hours=-1)}, {"priority": 3, "due_at": after(hours=1)},
      "it left before this one was due"),
     ({"priority": 3, "due_at": after(hours=-1)}, {"priority": 3},
      "with the same priority it was due first")],
)  # fmt: skip
def test_who_loses_the_last_slot_is_told_to_whom_and_why(staff, winner, loser, why):
    make_cap("Weekly", count=1)
    ada = make_customer()
    held, sent = plan(ada, make_template("Offers"), **loser), plan(ada, make_template(), **winner)
    send_all()
    send_all(now=after(hours=2))
    read = get_message(held.key).steps[-1]
    name = sent.template_version.template.name
    assert read.winner == sent.key
    assert (
        f"The last slot went to “{name}”: {why}. Its priority is {winner['priority']}, "
        f"that of this one {loser['priority']}."
    ) in read.read
    for address in (reverse("campaigns:message", args=[held.key]), tab(ada)):
        page = staff.get(address).content.decode()
        assert why in page
        assert reverse("campaigns:message", args=[sent.key]) in page


def tab(customer, **query):
    return reverse("profiles:tab", args=[customer.key, "messages"], query=query)


def page(delivery, name="message"):
    return reverse(f"campaigns:{name}", kwargs={"key": delivery.key})


def test_the_tab_says_why_each_message_was_sent_or_held_back(staff, two):
    sent, held = two
    shown = staff.get(tab(sent.customer)).content.decode()
    assert "Taken by the provider." in shown
    assert "A frequency cap was reached." in shown
    assert "Weekly: 1 so far, at most 1 in 7 days" in shown
    assert "its priority is higher. Its priority is 1, that of this one 0." in shown
    assert "Clicked by a program: counts nowhere" in shown
    assert page(sent) in shown
    assert page(held) in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Offers", "Win back"]),
        ({"place": "held_back"}, ["Offers"]),
        ({"place": "sent", "channel": "email"}, ["Win back"]),
        ({"place": "failed"}, []),
        ({"channel": "sms"}, []),
    ],
)
def test_the_tab_is_filtered_by_outcome_and_channel(staff, two, query, expected):
    shown = staff.get(tab(two[0].customer, **query)).context["messages_shown"]
    assert [message.template for message in shown] == expected


def test_another_person_s_messages_are_not_shown(staff, two):
    assert staff.get(tab(make_customer())).context["messages_shown"] == []
    assert staff.get(tab(two[0].customer, before=two[0].pk)).context["messages_shown"] == []


def test_an_unknown_tab_is_not_found(staff, two):
    assert staff.get(tab(two[0].customer).replace("messages", "secrets")).status_code == 404


def test_a_long_history_goes_by_pages(staff):
    ada, template = make_customer(), make_template()
    planned = [plan(ada, template) for _ in range(PAGE + 1)]
    answer = staff.get(tab(ada))
    assert answer.context["older"] == planned[1].pk
    older = staff.get(tab(ada, before=planned[1].pk)).context
    assert ([m.id for m in older["messages_shown"]], older["older"]) == ([planned[0].pk], None)


def test_the_words_are_those_that_were_sent_whatever_the_person_became(staff, two):
    sent, held = two
    ada = sent.customer
    ada.traits = {**ada.traits, "first_name": "Countess"}
    ada.save()
    words = find_words(sent.key, links=idle_links())
    assert words.subject == "Ada, come back"
    assert 'href="https://shop.example/new?a=1&amp;b=2"' in words.html
    assert "/e/" not in words.html
    assert "Hi Ada, we miss you." in staff.get(page(sent, "message-content")).content.decode()
    assert find_words(held.key, links=idle_links()) is None
    assert staff.get(page(held, "message-content")).status_code == 404
    sent.refresh_from_db()
    assert sent.wording == {"first_name": "Ada"}


def test_looking_at_the_words_is_on_the_audit_log(staff, two):
    staff.get(page(two[0]))
    assert AuditEntry.objects.filter(object_type="delivery", verb="viewed").count() == 1


def test_a_viewer_sees_the_reasons_but_neither_words_nor_names(viewer, two):
    sent, _ = two
    shown = viewer.get(page(sent)).content.decode()
    assert "Taken by the provider." in shown
    assert "Your role does not show what was said" in shown
    assert "https://a.example" not in shown
    assert viewer.get(page(sent, "message-content")).status_code == 403
    activity = viewer.get(reverse("campaigns:messages")).content.decode()
    assert f"Profile {sent.customer_id}" in activity
    assert "Held back" in activity


def test_message_activity_names_people_for_those_who_may_see_them(staff, two):
    activity = staff.get(reverse("campaigns:messages")).content.decode()
    assert ">Ada</a>" in activity
    assert "Held Back" not in activity


def test_only_what_the_template_reads_is_kept():
    values = {"a": 1, "b": {"c": 2, "d": 3}, "list": [{"e": 4}], "whole": {"x": {"y": 5}}}
    paths = ["a", "b.c", "list.0.e", "missing.deep", "whole", "whole.x.y"]
    kept = {"a": 1, "b": {"c": 2}, "list": [{"e": 4}], "whole": {"x": {"y": 5}}}
    assert keep_read(values, paths) == kept


def test_the_timeline_tells_the_numbers_by_which_a_message_was_held_back(two):
    drain_facts(NOW)
    told = Touchpoint.objects.get(event__name="Message Held Back").properties
    assert told["reason"] == "frequency_cap"
    assert told["why"] == "A frequency cap was reached."
    assert told["read"].startswith("Weekly: 1 so far, at most 1 in 7 days; ")
    assert "read" not in Touchpoint.objects.get(event__name="Message Sent").properties
