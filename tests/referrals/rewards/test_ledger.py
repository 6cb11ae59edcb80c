"""What the ledger promises, whatever is done to it. The names L1 to L15 are those of its design."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.ids import new_key
from kernel.testing.racing import run_together
from referrals.models import Account, Grant, LedgerEntry, Posting
from referrals.rewards.queries import list_balances, post_grants, release_grants, reverse_grants
from referrals.rewards.rules import GrantStatus, PostingKind
from tests.referrals.world import NOW, advocate, check_constraints, live_program, person, refer

AMOUNTS = st.decimals("0.01", "999.99", places=2)
STEPS = st.lists(
    st.tuples(st.sampled_from(["earn", "release", "reverse"]), st.integers(0, 3)), max_size=14
)


def make_grants(amounts, *, unit="EUR"):
    program = live_program("Ledger")
    who = advocate(program, "ada")
    made = []
    for place, amount in enumerate(amounts):
        referral = refer(program, who, f"friend{place}", at=NOW - timedelta(days=9))
        made.append(
            Grant.objects.create(
                key=new_key(now=NOW), program=program, rule="advocate", cause=f"c{place}",
                referral=referral, customer_id=who.customer_id, recorded_for=who.customer_id,
                amount=amount, unit=unit, status="held", earned_at=NOW, release_at=NOW,
            )
        )  # fmt: skip
    return made


def earn(grant):
    post_grants([grant.pk], PostingKind.EARN, before=GrantStatus.HELD, reason="", now=NOW)


def release(grant):
    for row in release_grants(now=NOW, batch=1):
        post_grants(
            [row.grant_id], PostingKind.RELEASE, before=GrantStatus.HELD, reason="", now=NOW
        )


def reverse(grant):
    for row in reverse_grants([grant.pk], reason="back", now=NOW):
        before = GrantStatus(row.before)
        post_grants([row.grant_id], PostingKind.REVERSE, before=before, reason="back", now=NOW)


STEP = {"earn": earn, "release": release, "reverse": reverse}


def totals():
    rows = LedgerEntry.objects.values_list("account__kind").annotate(total=Sum("amount"))
    return Counter({kind: total for kind, total in rows if total})


@pytest.fixture
def four(db):
    return make_grants([Decimal(1)] * 4)


@given(amounts=st.lists(AMOUNTS, min_size=4, max_size=4), steps=STEPS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30
)
def test_l1_l2_l5_any_order_of_steps_keeps_every_sum(four, amounts, steps):
    with transaction.atomic():
        for grant, amount in zip(four, amounts, strict=True):
            Grant.objects.filter(pk=grant.pk).update(amount=amount)
            earn(grant)
        for name, place in steps:
            STEP[name](four[place])
        check_constraints()
        for posting_total in Posting.objects.annotate(total=Sum("entries__amount")):
            assert posting_total.total == 0
        found = totals()
        assert -found["issued"] == found["pending"] + found["available"] + found["returned"]
        assert -found["issued"] == sum(amounts)
        assert found["pending"] >= 0
        assert found["available"] >= 0
        by_state = Counter()
        for grant in Grant.objects.all():
            by_state[grant.status] += grant.amount
        expected = {"held": "pending", "granted": "available", "reversed": "returned"}
        assert {kind: found[kind] for kind in expected.values()} == {
            kind: by_state[state] for state, kind in expected.items()
        }
        transaction.set_rollback(True)


@pytest.fixture
def grant(db):
    [made] = make_grants([Decimal("12.34")])
    earn(made)
    check_constraints()
    return made


@pytest.mark.parametrize("table", ["referrals_ledger_entry", "referrals_posting"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_l4_the_database_refuses_to_change_or_delete(grant, table, deed):
    before = list(LedgerEntry.objects.order_by("id").values_list("id", "amount", "at"))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(deed.format(table))
    assert list(LedgerEntry.objects.order_by("id").values_list("id", "amount", "at")) == before


def post(grant, kind, *lines):
    """Write a posting by hand, as broken code would, and let the database check it."""
    with transaction.atomic():
        posting = Posting.objects.create(kind=kind, grant=grant, at=NOW)
        for account, amount in lines:
            LedgerEntry.objects.create(posting=posting, account=account, amount=amount, at=NOW)
        check_constraints()


@pytest.fixture
def accounts(grant):
    """The accounts by kind, and one in another unit."""
    others = {
        "points": Account.objects.create(
            program=grant.program, kind="available", unit="points",
            customer_id=grant.customer_id, recorded_for=grant.customer_id,
        )
    }  # fmt: skip
    return {account.kind: account for account in Account.objects.filter(unit="EUR")} | others


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([("issued", 5)], "1 entries"),
        ([("issued", -5), ("pending", 4)], "sum -1"),
        ([], "0 entries"),
        ([("pending", -5), ("points", 5)], "2 units"),
    ],
    ids=["one line", "sum not zero", "nothing", "two units"],
)
def test_l1_a_posting_that_does_not_balance_is_refused(grant, accounts, lines, fault):
    with pytest.raises(IntegrityError, match=fault):
        post(grant, "release", *((accounts[kind], amount) for kind, amount in lines))
    assert LedgerEntry.objects.count() == 2


def test_l3_a_members_account_never_falls_below_zero(grant, accounts):
    second = make_second(grant)
    too_much = [(accounts["pending"], Decimal("-12.35")), (accounts["issued"], Decimal("12.35"))]
    with pytest.raises(IntegrityError, match=r"would fall to -0\.01"):
        post(second, "reverse", *too_much)
    assert totals() == Counter(pending=Decimal("12.34"), issued=Decimal("-12.34"))


def make_second(grant):
    grant.pk, grant.key, grant.cause = None, new_key(now=NOW), "second"
    grant.save(force_insert=True)
    return grant


def test_l11_replaying_a_reversal_changes_nothing(grant):
    for _ in range(3):
        reverse(grant)
        post_grants(
            [grant.pk], PostingKind.REVERSE, before=GrantStatus.HELD, reason="back", now=NOW
        )
    check_constraints()
    assert LedgerEntry.objects.count() == 4


def test_l13_amounts_are_exact(grant):
    assert {type(entry.amount) for entry in LedgerEntry.objects.all()} == {Decimal}
    assert sorted(entry.amount for entry in LedgerEntry.objects.all()) == [
        Decimal("-12.34"),
        Decimal("12.34"),
    ]


def test_l15_a_balance_of_the_past_stays_what_it_was(grant):
    later = NOW + timedelta(hours=1)
    [row] = release_grants(now=later, batch=9)
    post_grants([row.grant_id], PostingKind.RELEASE, before=GrantStatus.HELD, reason="", now=later)

    def seen(at):
        found = list_balances([person("ada")], at=at)
        return [(balance.pending, balance.available) for balance in found]

    before = NOW - timedelta(microseconds=1)
    assert seen(before) == []
    assert seen(NOW) == [(Decimal("12.34"), 0)]
    assert seen(later) == [(0, Decimal("12.34"))]


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_release_at_once_grant_each_reward_once():
    made = make_grants([Decimal(1)] * 12)
    for each in made:
        earn(each)

    def work():
        with transaction.atomic():
            rows = release_grants(now=NOW, batch=6)
            ids = [row.grant_id for row in rows]
            post_grants(ids, PostingKind.RELEASE, before=GrantStatus.HELD, reason="", now=NOW)
        return len(ids)

    done = run_together(work, work, work)
    assert sum(done) == 12
    assert totals() == Counter(issued=Decimal(-12), available=Decimal(12))


@pytest.mark.django_db(transaction=True)
def test_l3_of_many_takings_at_once_only_what_is_there_is_taken():
    made = make_grants([Decimal(10)] * 8)
    earn(made[0])
    earn(made[1])
    pending, issued = (Account.objects.get(kind=kind) for kind in ("pending", "issued"))

    def take(each):
        def work():
            post(each, "reverse", (pending, -10), (issued, 10))
            return "taken"

        return work

    done = run_together(*(take(each) for each in made[2:8]))
    assert done.count("taken") == 2
    assert all(isinstance(each, IntegrityError) for each in done if each != "taken")
    assert totals() == Counter()
