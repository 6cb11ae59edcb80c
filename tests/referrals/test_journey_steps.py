"""The steps that referrals bring to journeys."""

import pytest
from django.db import connection
from django.urls import reverse

from campaigns.contracts import Visit
from campaigns.extension_points import journey_node_types
from campaigns.journeys.forms.plugging import PluginForm
from campaigns.journeys.models import Enrollment, Step
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.definition import Problem, parse_definition
from campaigns.journeys.rules.reasons import say_reason
from campaigns.journeys.services.advance import advance_all
from campaigns.journeys.services.publish import create_journey
from campaigns.journeys.services.sandbox import MadePerson
from campaigns.journeys.services.trying import Try, try_as
from kernel.events.models import Event
from referrals.models import Advocate, Grant
from referrals.programs.services import create_program
from referrals.rewards.selectors import balance_texts
from referrals.rewards.services import release_due, reverse_grant
from tests.campaigns.builders import NOW, after, entry, key, make_customer, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, let_in, trail
from tests.referrals.world import live_program

pytestmark = pytest.mark.django_db

NOBODY = {"id": "nobody", "type": "exit"}


def steps(settings=None):
    """Become an advocate, then get a reward."""
    return [
        entry(BOUGHT, next_="share", reentry="after_exit"),
        {"id": "share", "type": "plugin", "kind": "referrals.make_advocate",
         "branches": [{"name": "advocate", "next": "gift"}, {"name": "no program", "next": "nobody"}]},
        {"id": "gift", "type": "plugin", "kind": "referrals.grant_reward",
         "settings": settings or {"amount": "15", "unit": "EUR"},
         "branches": [{"name": "granted", "next": "out"}, {"name": "no program", "next": "nobody"}]},
        OUT, NOBODY,
    ]  # fmt: skip


def test_people_get_a_code_and_a_reward_each_time_they_come_by():
    program = live_program()
    journey, person = publish(*steps()), make_customer()
    for place in range(2):
        let_in(journey, person, now=after(days=place))
        advance_all(now=after(days=place))
        assert release_due(now=after(days=place)) == 1
    assert Advocate.objects.filter(program=program, customer_id=person.pk).count() == 1
    assert balance_texts([person.pk], at=after(days=2)) == {person.pk: "30.00 EUR"}
    assert trail(person)[:4] == ["entered", "entered", "made_advocate", "reward_promised"]
    event = Event.objects.filter(type="referrals.reward_granted").earliest("id")
    assert event.subject == f"customer:{person.pk}"
    assert {name: event.payload[name] for name in ("side", "amount", "referral")} == {
        "side": "member", "amount": "15.00", "referral": "",
    }  # fmt: skip
    reverse_grant(Grant.objects.earliest("id").pk, reason="By mistake.", actor="user:1", now=NOW)
    assert balance_texts([person.pk], at=after(days=2)) == {person.pk: "15.00 EUR"}


def test_the_same_visit_is_rewarded_once():
    live_program()
    visit = Visit(enrollment_id=7, step_no=2, customer_id=make_customer().pk, entered_at=NOW)
    kind = journey_node_types.get("referrals.grant_reward")
    settings = kind.params_type.model_validate({"amount": "5"})
    answers = [kind.decide(settings, [visit], now=NOW) for _ in range(2)]
    assert [answer[7].outlet for answer in answers] == ["granted", "granted"]
    assert Grant.objects.values_list("cause", "amount", "unit").get() == (
        "journey:7:2",
        5,
        "points",
    )


def test_without_a_program_people_take_the_other_way():
    journey, person = publish(*steps()), make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    assert trail(person)[2:] == ["no_program"]
    assert Enrollment.objects.get().state == "finished"
    assert say_reason(Step.objects.latest("step_no").reason) == "No referral program was live"


def granting(program):
    """A reward of a named program, after the same two steps."""
    return steps({"amount": "5", "program": str(program.key)})


def test_a_reward_is_of_the_program_that_staff_chose():
    live_program()
    second = live_program("Bring a club")
    journey, person = publish(*granting(second)), make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    assert Grant.objects.get().program_id == second.pk


def test_while_the_chosen_program_is_not_live_nobody_gets_another_one():
    live_program()
    draft = create_program("Bring a club", actor="command:test", now=NOW)
    journey, person = publish(*granting(draft)), make_customer()
    let_in(journey, person)
    advance_all(now=NOW)
    assert trail(person)[-1] == "program_not_live"
    assert say_reason("program_not_live") == "The program of the reward was not live"
    assert not Grant.objects.exists()


def test_the_panel_offers_each_program_and_says_which_is_not_live():
    live = live_program()
    draft = create_program("Bring a club", actor="command:test", now=NOW)
    form = PluginForm(steps()[2], Known())
    assert form.fields["program"].choices == [
        ("", "The oldest live program, the one that messages link to"),
        (str(live.key), "Bring a friend"),
        (str(draft.key), "Bring a club (draft)"),
    ]


def test_trying_a_journey_grants_nothing():
    live_program()
    journey = create_journey("Thanks", key=key(77), actor="user:1", now=NOW)
    person = MadePerson(key=key(1), traits={"email": "ada@example.com"})
    tried = try_as(journey, {"nodes": steps()}, Try(person=person), now=NOW)
    assert [step.reason for step in tried.steps[-2:]] == ["made_advocate", "reward_promised"]
    assert (Grant.objects.count(), Advocate.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "referrals.nothing"}, "no app brings a step “referrals.nothing”"),
        ({"settings": {"amount": "-1"}}, "settings.amount: Input should be greater than 0"),
        ({"branches": [{"name": "granted", "next": "out"}]}, "its ways are granted, no program"),
    ],
    ids=["kind", "settings", "ways"],
)
def test_a_step_that_does_not_fit_its_kind_is_refused(change, said):
    nodes = steps()
    nodes[2] |= change
    with pytest.raises(Problem, match=said):
        parse_definition({"nodes": nodes})


def test_the_builder_offers_the_steps_with_their_settings(admin_client):
    journey = publish(*steps())
    url = reverse("campaigns:journey-build", kwargs={"key": journey.key})
    adding = admin_client.get(url, {"source": "share", "slot": "branches.0"})
    assert "Grant a reward" in adding.content.decode()
    posted = {
        "op": "add",
        "type": "referrals.grant_reward",
        "source": "share",
        "slot": "branches.0",
    }
    edit = reverse("campaigns:journey-edit", kwargs={"key": journey.key})
    added = admin_client.post(edit, posted)
    assert added.status_code == 302
    assert added.url.endswith("node=grant_reward")
    panel = admin_client.get(added.url).content.decode()
    assert "Amount" in panel
    assert "no program" in panel
    assert "points, or a currency such as EUR" in panel


@pytest.fixture(autouse=True)
def _checks_the_ledger():
    """Entries of a posting add up to zero: the deferred constraint says so now, not at a commit."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
