"""The pages of rewards and of one program: who may see and do what."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from referrals.models import Finding, Grant, LedgerEntry, Program
from referrals.rewards.views import PAGE
from tests.referrals.world import NOW, advocate, grants, live_program, refer

AGO = NOW - timedelta(days=10)


@pytest.fixture
def referral(db, shop):
    program = live_program()
    made = refer(program, advocate(program, "ada"), "ben", at=AGO)
    shop.order("ben", at=AGO + timedelta(days=1))
    return made


@pytest.fixture
def grant(referral):
    return Grant.objects.get(rule="advocate")


def test_the_ledger_lists_rewards_by_state(client, owner, grant):
    client.force_login(owner)
    page = client.get("/rewards/").content.decode()
    assert page.count("ada@example.com") == 1
    assert "20 points" in page
    assert "No rewards here" in client.get("/rewards/?status=granted").content.decode()
    assert "No rewards here" in client.get("/rewards/?page=2").content.decode()
    assert client.get("/rewards/?status=nonsense&page=x").status_code == 200


def test_names_are_for_those_who_may_see_them(client, colleague, grant):
    assign_role(colleague, Role.VIEWER)
    client.force_login(colleague)
    for url in ("/rewards/", f"/rewards/{grant.key}", f"/programs/{grant.program.key}"):
        page = client.get(url).content.decode()
        assert "ada@example.com" not in page
        assert "Person …" in page


def test_only_publishers_take_a_reward_back(client, owner, colleague, stranger, grant):
    url = reverse("referrals:grant", args=[grant.key])
    before = LedgerEntry.objects.count()
    for person, status in ((stranger, 403), (colleague, 403)):
        client.force_login(person)
        assert client.post(url, {"reason": "No"}).status_code == status
    client.force_login(owner)
    answer = client.post(url, {"reason": ""})
    assert answer.status_code == 422
    assert b"the ledger keeps the reason" in answer.content
    assert LedgerEntry.objects.count() == before
    assert client.post(url, {"reason": "Paid by hand"}).status_code == 302
    assert grants()[0] == ("advocate", "20.00", "reversed")
    assert AuditEntry.objects.get(verb="reversed").actor == f"user:{owner.pk}"
    answer = client.post(url, {"reason": "Again"})
    assert answer.status_code == 422
    assert b"This reward is reversed and cannot be reversed." in answer.content
    page = client.get(url).content.decode()
    assert "corrects #" in page
    assert "Take back" not in page


@pytest.mark.parametrize(
    ("decision", "states"), [("clear", ["held", "held"]), ("confirm", ["reversed", "reversed"])]
)
def test_a_finding_is_decided_once_with_a_reason(
    client, owner, colleague, referral, decision, states
):
    finding = Finding.objects.create(
        program=referral.program, advocate=referral.advocate, friend_id=referral.friend_id,
        referral=referral, kind="many_from_one_place", severity="hold", evidence={"limit": 3},
    )  # fmt: skip
    url = reverse("referrals:finding", args=[finding.pk])
    client.force_login(colleague)
    assert client.post(url, {"decision": decision, "reason": "A class"}).status_code == 403
    client.force_login(owner)
    assert b"Many sign-ups came from one network" in client.get("/rewards/").content
    for wrong in ({"decision": decision}, {"decision": "maybe", "reason": "x"}):
        page = client.post(url, wrong, follow=True).content
        assert b"Nothing was decided" in page
    assert Finding.objects.get().resolution == ""
    client.post(url, {"decision": decision, "reason": "A class"})
    again = client.post(url, {"decision": "confirm", "reason": "Late"}, follow=True).content
    assert b"has been decided already" in again
    assert Finding.objects.get().resolved_by == f"user:{owner.pk}"
    assert [status for _, _, status in grants()] == states


def test_the_next_page_is_offered_only_when_there_is_one(client, owner, grant, monkeypatch):
    client.force_login(owner)
    assert b"Next" not in client.get("/rewards/").content
    monkeypatch.setattr("referrals.rewards.views.PAGE", 1)
    assert PAGE == 50
    first = client.get("/rewards/").content
    assert b"Next" in first
    second = client.get("/rewards/?page=2").content
    assert b"Previous" in second
    assert b"Next" not in second


def test_a_programs_page_shows_funnel_referrals_and_findings(client, owner, referral):
    client.force_login(owner)
    page = client.get(f"/programs/{referral.program.key}").content.decode()
    assert "100% of 1 converted (95% interval 20.7% to 100%)" in page
    assert "ben@example.com" in page
    assert "Findings" not in page


def test_the_pages_cost_a_fixed_number_of_statements(
    client, owner, referral, shop, django_assert_max_num_queries
):
    client.force_login(owner)
    for name in ("cem", "dov", "eve"):
        refer(referral.program, referral.advocate, name, at=AGO)
        shop.order(name, at=AGO + timedelta(days=2))
    for url in ("/rewards/", "/programs/", f"/programs/{Program.objects.get().key}"):
        with django_assert_max_num_queries(16):
            assert client.get(url).status_code == 200


def test_somebody_who_was_erased_has_no_name_and_no_link(client, owner, grant):
    from profiles.models import Customer

    Customer.objects.filter(pk=grant.customer_id).update(erased_at=NOW)
    client.force_login(owner)
    page = client.get(f"/rewards/{grant.key}").content.decode()
    assert "Erased person" in page
    assert "ada@example.com" not in page
