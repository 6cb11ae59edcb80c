"""What is known about accounts has names that rules of segments and messages use."""

import pytest
from django.urls import reverse

from campaigns.audience import AccountValues
from kernel.access.roles import Role
from profiles import facade
from profiles.accounts.rules import slug_of
from profiles.accounts.trait_services import learn_held_traits
from profiles.models import Account, AccountTrait, SegmentDue, SegmentMember
from profiles.segments.services.accounts import change_account_traits
from profiles.segments.services.refreshing import refresh_due
from tests.profiles.accounts.test_accounts import deliver, group, now, person
from tests.profiles.directory.test_api import Caller


def known() -> dict[str, tuple[str, str]]:
    return {one.name: (one.slug, one.type) for one in AccountTrait.objects.all()}


def segment_of(field: str, **test):
    rule = {"root": {"match": "all", "rules": [{"kind": "field", "field": field, "test": test}]}}
    segment = facade.create_segment(f"By {field}", rule=rule, now=now())
    facade.publish_segment(segment.id, now=now())
    return SegmentMember.objects.filter(segment_id=segment.id)


def users(inside) -> set[int]:
    return set(inside.values_list("customer_id", flat=True))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("plan", "plan"), ("employeeCount", "employee_count"), ("MRR in EUR", "mrr_in_eur"),
        ("größe", "gr_e"), ("会社", "trait"), ("seats2", "seats_2"), ("x" * 200, "x" * 72),
    ],
)  # fmt: skip
def test_a_slug_is_what_the_name_says_in_small_letters(name, slug):
    assert slug_of(name, taken=()) == slug


def test_slugs_that_read_the_same_are_kept_apart():
    assert slug_of("Seat count", taken={"seat_count", "seat_count_2"}) == "seat_count_3"


def test_traits_get_a_name_and_the_type_of_their_first_value(sender):
    deliver(sender, group("u1", "acme", 1, employeeCount=40, plan="pro", tags=["a"], vip=True,
                          since="2026-01-05", address={"city": "Ulm"}, gone=None))  # fmt: skip
    deliver(sender, group("u1", "acme", 2, plan=7, employee_count=1))
    assert known() == {
        "employeeCount": ("employee_count", "number"), "employee_count": ("employee_count_2", "number"),
        "plan": ("plan", "text"), "tags": ("tags", "list"), "vip": ("vip", "boolean"),
        "since": ("since", "date"),
    }  # fmt: skip


def test_what_accounts_held_before_gets_its_name_at_night(sender):
    deliver(sender, group("u1", "acme", 1, plan="pro"), group("u2", "beta", 1, plan=3, seats=7))
    AccountTrait.objects.all().delete()
    Account.objects.filter(external_id="beta").update(traits={"plan": 3, "seats": 7, "gone": None})
    for _ in range(2):
        learn_held_traits(now=now())
    assert known() == {"plan": ("plan", "text"), "seats": ("seats", "number")}


def test_members_enter_and_leave_as_traits_and_accounts_change(sender):
    deliver(sender, group("u1", "acme", 1, plan="pro"), group("u2", "beta", 1, plan="free"))
    inside = segment_of("account_trait.plan", type="text", operator="is", values=["pro"])
    assert users(inside) == {person("u1")}

    deliver(sender, group("u2", "beta", 2, plan="pro"), group("u3", "acme", 2))
    refresh_due(now=now())
    assert users(inside) == {person("u1"), person("u2"), person("u3")}

    beta = Account.objects.get(external_id="beta")
    change_account_traits(beta.pk, traits={"plan": None}, actor="user:1", now=now())
    refresh_due(now=now())
    assert users(inside) == {person("u1"), person("u3")}

    deliver(sender, group("u3", "gamma", 3, plan="free"))
    refresh_due(now=now())
    assert users(inside) == {person("u1")}

    # Seen in the first account again: its value counts again, though neither membership is new.
    deliver(sender, group("u3", "acme", 4))
    refresh_due(now=now())
    assert users(inside) == {person("u1"), person("u3")}


def test_only_segments_that_ask_about_accounts_are_looked_at_again(sender):
    deliver(sender, group("u1", "acme", 1, plan="pro"))
    segment_of("last_seen_at", type="date", operator="before", value="2020-01-01T00:00:00Z")
    acme = Account.objects.get()
    change_account_traits(acme.pk, traits={"plan": "free"}, actor="user:1", now=now())
    assert SegmentDue.objects.count() == 0


def test_another_type_is_used_at_once(sender, client, owner):
    deliver(sender, group("u1", "acme", 1, seats="12"), group("u2", "beta", 1, seats="few"))
    inside = segment_of("account_trait.seats", type="presence", operator="present")
    assert users(inside) == {person("u1"), person("u2")}
    client.force_login(owner)
    page = client.post(reverse("profiles:account_traits"), {"slug": "seats", "type": "number"})
    assert page.status_code == 302
    refresh_due(now=now())
    assert users(inside) == {person("u1")}
    wrong = client.post(reverse("profiles:account_traits"), {"slug": "seats", "type": "color"})
    assert (wrong.status_code, known()["seats"][1]) == (422, "number")
    shown = client.get(reverse("profiles:account_traits")).content.decode()
    assert "By account_trait.seats" in shown
    assert "<code>{{ account.seats }}</code>" in shown


def test_viewers_choose_no_type(sender):
    deliver(sender, group("u1", "acme", 1, seats="12"))
    change = {"type": "number"}
    viewer, publisher = Caller(Role.VIEWER), Caller(Role.PUBLISHER)
    assert viewer.ask("account-traits/seats/", "patch", change).status_code == 403
    assert known()["seats"] == ("seats", "text")
    assert publisher.ask("account-traits/seats/", "patch", change).status_code == 200
    assert publisher.ask("account-traits/seats/", "patch", {"type": "color"}).status_code == 422
    assert publisher.ask("account-traits/none/", "patch", change).status_code == 404
    [row] = viewer.ask("account-traits/").json()["results"]
    assert row == {
        "type": "number",
        "name": "seats",
        "slug": "seats",
        "field": "account_trait.seats",
    }


def test_messages_read_the_account_a_person_was_seen_in_last(sender):
    deliver(sender, group("u1", "acme", 1, plan="pro", employeeCount=40, seats=2.5),
            group("u1", "beta", 2, plan="free"), group("u2", "beta", 2))  # fmt: skip
    one, two = person("u1"), person("u2")
    assert AccountValues().values([one, two], now=now()) == {
        one: {"plan": "free", "employee_count": 40, "seats": 2.5}, two: {"plan": "free"},
    }  # fmt: skip
    assert AccountValues().samples["employee_count"] == "[employeeCount]"
