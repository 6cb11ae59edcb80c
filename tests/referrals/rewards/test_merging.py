"""What becomes of referrals and rewards when two customers are one person."""

from datetime import timedelta
from decimal import Decimal

import pytest

from profiles.identities.services.merging import merge_people
from profiles.models import Merge
from referrals.extensions import ReferralMerger
from referrals.models import Account, Advocate, Finding, Grant, Referral
from referrals.programs.services import join_program
from referrals.rewards.queries import list_balances
from referrals.rewards.services import release_due
from tests.referrals.world import (
    NOW,
    advocate,
    check_constraints,
    grants,
    live_program,
    person,
    refer,
)

DAY = timedelta(days=1)
AGO = NOW - timedelta(days=10)


@pytest.fixture
def program(db):
    return live_program()


def merge(winner, loser):
    pair = (person(winner), person(loser))
    [merged] = merge_people(
        [pair], kind=Merge.Kind.EXPLICIT, reason="same", actor="user:1", now=NOW
    )
    check_constraints()
    return merged


def states():
    return list(Referral.objects.order_by("id").values_list("status", flat=True))


def test_both_codes_go_on_working_and_the_older_is_shown(program):
    old, new = advocate(program, "ada"), advocate(program, "ada2")
    merge("ada2", "ada")
    winner = person("ada2")
    assert set(Advocate.objects.values_list("code", "customer_id")) == {
        (old.code, winner),
        (new.code, winner),
    }
    assert join_program(program.pk, [winner], now=NOW) == {winner: old.code}


def test_balances_and_later_rewards_go_to_the_winner_and_back(program, shop):
    ada = advocate(program, "ada")
    refer(program, ada, "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    loser, winner = person("ada"), person("ada2")
    merged = merge("ada2", "ada")
    assert release_due(now=NOW) == 2
    [balance] = list_balances([winner], at=NOW)
    assert (balance.available, balance.pending) == (Decimal(20), 0)
    assert list_balances([loser], at=NOW) == []
    ReferralMerger().unmerge_customers([merged], now=NOW)
    [balance] = list_balances([loser], at=NOW)
    assert (balance.available, balance.pending) == (Decimal(20), 0)
    assert Grant.objects.get(rule="advocate").customer_id == loser
    assert Advocate.objects.get().customer_id == loser
    assert not Account.objects.filter(customer_id=winner).exists()


def test_a_started_referral_of_oneself_is_rejected(program, shop):
    refer(program, advocate(program, "ada"), "ben", at=AGO)
    merge("ada", "ben")
    assert states() == ["rejected"]
    shop.order("ada", at=NOW)
    assert Grant.objects.count() == 0


def test_a_converted_referral_of_oneself_waits_for_a_person(program, shop):
    refer(program, advocate(program, "ada"), "ben", at=AGO)
    shop.order("ben", at=AGO + DAY)
    merge("ada", "ben")
    assert states() == ["converted"]
    assert release_due(now=NOW) == 0
    assert grants() == [("advocate", "20.00", "held"), ("friend", "10.00", "held")]
    finding = Finding.objects.get()
    assert (finding.kind, finding.severity, finding.evidence) == (
        "self_referral",
        "hold",
        {"after_merge": True},
    )


def test_of_two_referrals_of_one_friend_the_winners_counts(program, shop):
    first = refer(program, advocate(program, "ada"), "ben", at=AGO)
    second = refer(program, advocate(program, "eve"), "ben2", at=AGO + DAY)
    merge("ben", "ben2")
    assert states() == ["started", "rejected"]
    shop.order("ben2", at=NOW)
    assert set(Grant.objects.values_list("referral_id", flat=True)) == {first.pk}
    assert second.pk not in set(Grant.objects.values_list("referral_id", flat=True))


def test_a_loop_that_a_merge_closes_is_cut(program):
    ada = advocate(program, "ada")
    refer(program, ada, "ben", at=AGO)
    refer(program, advocate(program, "ben"), "cem", at=AGO + DAY)
    merge("ada", "cem")
    assert states() == ["started", "rejected"]


def test_a_friend_who_is_merged_converts_under_the_winner(program, shop):
    refer(program, advocate(program, "ada"), "ben", at=AGO)
    merge("ben2", "ben")
    shop.order("ben2", at=NOW)
    assert states() == ["converted"]
    assert Grant.objects.get(rule="friend").customer_id == person("ben2")


def test_people_without_referrals_merge_without_a_trace(program):
    merge("cem", "dov")
    assert Finding.objects.count() == 0
