"""Attributes with provenance and history, policies, and a person at an instant: pages and API."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.models import Customer, TraitPolicy
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller


@pytest.fixture
def ada(sender: Sender) -> Customer:
    sender.deliver(
        {"type": "identify", "userId": "u1", "messageId": "1", "timestamp": "2026-01-01T00:00:00Z",
         "traits": {"email": "ada@example.com", "plan": "free"}},
        {"type": "identify", "userId": "u1", "messageId": "2", "timestamp": "2026-01-02T00:00:00Z",
         "traits": {"plan": "pro"}},
    )  # fmt: skip
    return Customer.objects.get()


def get(client, user, name: str, customer: Customer, **query: str):
    client.force_login(user)
    return client.get(reverse(f"profiles:{name}", kwargs={"key": customer.key}), query)


def test_an_attribute_shows_type_source_policy_and_what_was_said_before(client, colleague, ada):
    answer = get(client, colleague, "attributes", ada)
    [email, plan] = answer.context["attributes"]
    assert (plan.value, plan.type, plan.source, plan.policy) == ("pro", "text", "Shop", "Newest")
    assert [said.value for said in plan.history] == ["pro", "free"]
    assert (email.name, len(email.history)) == ("email", 1)
    assert "2 values" in answer.content.decode()


def test_an_instant_shows_what_was_and_leads_to_the_events_around_it(client, colleague, ada):
    answer = get(client, colleague, "past", ada, at="2026-01-01T12:00")
    state, neighbors = answer.context["state"], answer.context["neighbors"]
    assert {line.name: line.value for line in state.attributes} == {
        "email": "ada@example.com", "plan": "free",
    }  # fmt: skip
    assert {row["kind"] for row in state.identities} == {"user id", "email"}
    assert neighbors.before == datetime(2026, 1, 1, tzinfo=UTC)
    assert neighbors.after == datetime(2026, 1, 2, tzinfo=UTC)
    at_event = get(client, colleague, "profile", ada, at=neighbors.after.isoformat())
    assert at_event.context["neighbors"].events == ["Identify"]
    assert get(client, colleague, "past", ada, at="yesterday").context["problem"]


@pytest.mark.parametrize(
    ("at", "field"),
    [("2026-01-01T12:00:00.123456Z", "2026-01-01T12:00:00.124"),
     ("2026-01-01T23:59:59.999900Z", "2026-01-02T00:00:00.000"),
     ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00.000")],
)  # fmt: skip
def test_the_instant_stands_in_the_field_as_browsers_take_it_never_earlier(
    client, colleague, ada, at, field
):
    page = get(client, colleague, "past", ada, at=at).content.decode()
    assert f'name="at" value="{field}"' in page


def test_viewers_see_the_past_and_the_history_masked(client, stranger, ada):
    assign_role(stranger, Role.VIEWER)
    for name in ("attributes", "past"):
        assert "ada@example.com" not in get(client, stranger, name, ada).content.decode()
    viewer = Caller(Role.VIEWER)
    for path in ("trait-history/", "past/?at=2026-02-01"):
        assert "ada@example.com" not in viewer.ask(f"customers/{ada.key}/{path}").content.decode()


def test_publishers_choose_a_policy_and_others_are_refused(client, owner, colleague, ada):
    address = reverse("profiles:trait_policies")
    for user, status in ((colleague, 403), (owner, 302)):
        client.force_login(user)
        answer = client.post(address, {"name": "plan", "policy": "oldest"})
        assert answer.status_code == status
    assert client.post(address, {"name": "plan", "policy": "best"}).status_code == 422
    assert TraitPolicy.objects.get().rule == "oldest"
    assert [line.name for line in client.get(address).context["lines"]] == ["email", "plan"]


def test_the_api_gives_the_past_the_history_and_the_policies(ada):
    editor, publisher = Caller(Role.EDITOR), Caller(Role.PUBLISHER)
    then = editor.ask(f"customers/{ada.key}/past/?at=2026-01-01T12:00:00Z").json()
    assert then["traits"] == {"email": "ada@example.com", "plan": "free"}
    assert editor.ask(f"customers/{ada.key}/past/?at=then").status_code == 422
    told = editor.ask(f"customers/{ada.key}/trait-history/?limit=1").json()
    assert (told["results"][0]["traits"], told["next"] is None) == ({"plan": "pro"}, False)
    assert editor.ask("traits/plan/", "put", {"policy": "largest"}).status_code == 403
    done = publisher.ask("traits/plan/", "put", {"policy": "largest"})
    assert done.json()["policy"] == "largest"
    old = {"If-Match": '"an-old-one"'}
    assert publisher.ask("traits/plan/", "put", {"policy": "oldest"}, **old).status_code == 412
    policies = {row["name"]: row["policy"] for row in editor.ask("traits/").json()["results"]}
    assert policies == {"email": "newest", "plan": "largest"}
