"""The preference center and double opt-in: what people choose is what holds."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from kernel.events.models import Event
from kernel.testing import drain_facts
from profiles import facade
from profiles.consent.models import Consent, ConsentEntry, OptIn, Preference
from profiles.consent.opt_ins import VALID_DAYS, ask, confirm_links
from profiles.consent.preference_queries import Question, count_consents, read_pace
from profiles.consent.preferences import preferences_link, read_preferences
from profiles.consent.selectors import list_counts
from profiles.consent.timeline import ConsentTimeline
from profiles.consent.topics import create_topic, set_archived
from profiles.contracts import IdentityRef
from profiles.customers.models import Customer, Merge
from profiles.identities.services.merging import merge_people, part_people
from tests.profiles.consent.asking import ask_gate

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def person(name, **traits):
    traits = {"email": f"{name}@example.com", **traits}
    return facade.identify_customer(IdentityRef(kind="user_id", value=name), traits=traits, now=NOW)


def say(customer, state, *, channel="email", topic="", now=NOW):
    facade.record_consent(
        customer, channel=channel, topic=topic, state=state, source="form", now=now
    )


def path_of(link):
    return urlsplit(link).path


def visit(customer, **form):
    """Open the page with a browser that has no cookies; with a form, send it."""
    browser, path = Client(enforce_csrf_checks=True), path_of(preferences_link(customer, now=NOW))
    return browser.post(path, form) if form else browser.get(path)


def gate(customer, topic="news", channel="email"):
    return ask_gate(customer, channel=channel, topic=topic)


@pytest.fixture
def topics():
    for key in ("news", "tents"):
        create_topic(key, name=key.title(), description="", actor="command:test", now=NOW)


def test_opening_the_link_changes_nothing_and_shows_no_address(topics):
    ada = person("ada")
    say(ada, "granted")
    before = ConsentEntry.objects.count()
    page = visit(ada).content.decode()
    assert "a•••@example.com" in page
    assert "ada@example.com" not in page
    assert page.count(" checked") == 3
    assert ConsentEntry.objects.count() == before


def test_a_topic_can_be_left_and_the_others_stay(topics):
    ada = person("ada")
    say(ada, "granted")
    visit(ada, on=["email", "email:news"])
    assert (gate(ada, "news"), gate(ada, "tents")) == ("allowed", "consent_withdrawn")
    entry = ConsentEntry.objects.latest("id")
    assert (entry.source, entry.text_version, entry.topic) == (
        "preference_center", "preferences-1", "tents",
    )  # fmt: skip
    [line] = ConsentTimeline().entries(ada, before=NOW + DAY, limit=1)
    assert (line.title, line.detail) == ("Consent withdrawn: E-mail, Tents", "Preference center")
    visit(ada, on=["email", "email:news"])
    assert ConsentEntry.objects.count() == 2


def test_a_channel_that_is_off_stops_its_topics_and_can_be_taken_up_again(topics):
    ada = person("ada")
    say(ada, "granted", topic="news")
    visit(ada, on=["email:news"])
    assert gate(ada) == "consent_withdrawn"
    visit(ada, on=["email", "email:news"])
    assert gate(ada) == "allowed"
    assert gate(ada, "tents") == "consent_withdrawn"


def test_leaving_everything_withdraws_every_channel(topics):
    ada = person("ada", phone="+491701234567")
    say(ada, "granted")
    say(ada, "granted", channel="sms")
    visit(ada, action="leave", on=["email", "sms"])
    assert {one.state for one in Consent.objects.filter(topic="")} == {"withdrawn"}
    assert gate(ada, channel="sms") == "consent_withdrawn"


def test_an_archived_topic_is_no_choice_and_keeps_what_was_said(topics):
    from profiles.consent.models import Topic

    ada = person("ada")
    say(ada, "granted")
    set_archived(Topic.objects.get(key="tents"), is_archived=True, actor="command:test", now=NOW)
    assert [one.key for one in read_preferences(ada).channels[0].topics] == ["news"]


def test_pausing_and_the_weekly_limit_are_kept_until_they_are_changed():
    ada = person("ada")
    say(ada, "granted")
    visit(ada, on=["email"], pause="start", weekly_limit="1")
    pace = read_pace(ada)
    assert pace.weekly_limit == 1
    assert 29 * DAY < pace.paused_until - NOW < 31 * DAY
    assert "Everything is paused until" in visit(ada).content.decode()
    visit(ada, on=["email"], weekly_limit="1")
    assert read_pace(ada).paused_until == pace.paused_until
    visit(ada, on=["email"], pause="end", weekly_limit="999")
    assert (read_pace(ada).paused_until, read_pace(ada).weekly_limit) == (None, None)


@pytest.mark.parametrize("change", [lambda t: t[:-2], lambda t: "x" + t, lambda t: "nonsense"])
def test_a_changed_link_shows_nothing(change):
    ada = person("ada")
    path = path_of(preferences_link(ada, now=NOW))
    token = path.split("/")[-2]
    answer = Client().get(path.replace(token, change(token)))
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()


def test_an_old_link_has_expired():
    ada = person("ada")
    path = path_of(preferences_link(ada, now=NOW - 401 * DAY))
    assert Client().post(path, {"on": ["email"]}).status_code == 404
    assert not Consent.objects.exists()


def test_the_link_of_a_person_who_became_another_leads_to_the_survivor():
    ada, other = person("ada"), person("other")
    say(ada, "granted")
    link = path_of(preferences_link(other, now=NOW))
    merge_people([(ada, other)], kind=Merge.Kind.EXPLICIT, reason="same person", now=NOW)
    Client().post(link, {"action": "leave"})
    assert gate(ada) == "consent_withdrawn"


def test_the_stricter_pace_holds_after_a_merge_and_each_gets_theirs_back():
    ada, other = person("ada"), person("other")
    for who, limit, pause in ((ada, "3", ""), (other, "1", "start")):
        say(who, "granted")
        visit(who, on=["email"], weekly_limit=limit, pause=pause)
    before = {who: read_pace(who) for who in (ada, other)}
    merge_people([(ada, other)], kind=Merge.Kind.EXPLICIT, reason="same person", now=NOW)
    assert read_pace(ada) == before[other]
    part_people(Merge.objects.get().pk, actor="command:test", now=NOW)
    assert {who: read_pace(who) for who in (ada, other)} == before


def test_who_says_something_new_after_a_merge_speaks_for_both():
    ada, other = person("ada"), person("other")
    visit(other, weekly_limit="1")
    merge_people([(ada, other)], kind=Merge.Kind.EXPLICIT, reason="same person", now=NOW)
    visit(ada, weekly_limit="3")
    assert read_pace(ada).weekly_limit == 3
    assert Preference.objects.count() == 1


def question(customer):
    return Question(customer_id=customer, channel="email", source="form", text_version="v2")


def test_consent_that_was_asked_for_counts_only_when_it_is_confirmed_by_post():
    ada = person("ada")
    assert ask(question(ada), now=NOW)
    assert ask(question(ada), now=NOW) is None
    assert (
        Event.objects.filter(type="profiles.opt_in_asked", subject=f"customer:{ada}").count() == 1
    )
    path = path_of(confirm_links([ada], now=NOW)[ada])
    browser = Client(enforce_csrf_checks=True)
    assert "Nothing has changed yet" in browser.get(path).content.decode()
    assert gate(ada) == "no_consent"
    for _ in range(2):
        assert "Thank you" in browser.post(path).content.decode()
    assert gate(ada) == "allowed"
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.text_version, entry.proof["asked_by"]) == (
        "double_opt_in", "v2", "form",
    )  # fmt: skip
    assert ask(question(ada), now=NOW) is None
    assert confirm_links([ada], now=NOW) == {}


def test_a_question_that_ran_out_can_be_asked_again():
    ada = person("ada")
    ask(question(ada), now=NOW - (VALID_DAYS + 1) * DAY)
    assert confirm_links([ada], now=NOW) == {}
    assert ask(question(ada), now=NOW)
    assert OptIn.objects.count() == 1
    assert ada in confirm_links([ada], now=NOW)


def test_a_client_asks_by_an_event(sender):
    consent = {"channel": "email", "state": "requested", "topic": "news", "text_version": "v3"}
    sender.deliver(
        {"type": "identify", "userId": "ada", "traits": {"email": "ada@example.com"}},
        {"type": "track", "userId": "ada", "event": "Consent Updated", "properties": consent},
    )
    drain_facts(now=datetime.now(UTC))
    asked = OptIn.objects.get()
    assert (asked.channel, asked.topic, asked.text_version) == ("email", "news", "v3")
    assert not Consent.objects.exists()


def test_counts_are_of_people_and_forget_what_no_longer_holds():
    ada, bob = person("ada"), person("bob")
    say(ada, "granted")
    say(bob, "withdrawn")
    count_consents(now=NOW)
    say(bob, "granted", now=NOW + DAY)
    count_consents(now=NOW)
    [line], counted_at = list_counts()
    assert (line.channel, line.granted, line.withdrawn, line.percent) == ("E-mail", 2, 0, 100.0)
    assert counted_at == NOW


def test_erasing_a_person_leaves_nothing_of_their_preferences():
    ada = person("ada")
    visit(ada, weekly_limit="1")
    ask(question(ada), now=NOW)
    exported = facade_export(ada)
    assert {"weekly_limit", "asked_at"} <= {key for row in exported for key in row}
    from profiles.customers.services import erase_customers

    erase_customers(
        [Customer.objects.get(pk=ada).pk], actor="command:test", reason="asked", now=NOW
    )
    assert not Preference.objects.exists()
    assert not OptIn.objects.exists()


def facade_export(customer):
    from profiles.consent.services import ConsentData

    return ConsentData().export_customer(customer)["preferences"]
