"""What is suspicious about a sign-up, and when two addresses reach one mailbox."""

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.abuse.rules import (
    EXPLANATIONS,
    SEVERITIES,
    FindingKind,
    Severity,
    SignUpFacts,
    canonical_mailbox,
    first_block,
    judge_sign_up,
)

CLEAN = SignUpFacts(
    is_same_customer=False,
    has_same_mailbox=False,
    has_same_phone=False,
    other_referral_with_mailbox=None,
    other_advocate=None,
    earlier_purchases=0,
    new_customers_only=True,
    closes_loop=False,
    signups_from_visitor=1,
)
SUSPICIOUS = {
    "is_same_customer": (True, FindingKind.SELF_REFERRAL),
    "has_same_mailbox": (True, FindingKind.SAME_MAILBOX),
    "has_same_phone": (True, FindingKind.SAME_PHONE),
    "closes_loop": (True, FindingKind.REFERRAL_LOOP),
    "other_advocate": (7, FindingKind.ALREADY_REFERRED),
    "other_referral_with_mailbox": (9, FindingKind.DUPLICATE_MAILBOX),
    "earlier_purchases": (2, FindingKind.ALREADY_CUSTOMER),
    "signups_from_visitor": (4, FindingKind.MANY_FROM_ONE_PLACE),
}


def test_a_clean_sign_up_has_no_finding():
    assert judge_sign_up(CLEAN) == []
    assert first_block([]) is None


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_each_fact_is_found_alone(name):
    value, kind = SUSPICIOUS[name]
    assert [found.kind for found in judge_sign_up(replace(CLEAN, **{name: value}))] == [kind]


def test_evidence_names_what_was_found():
    facts = replace(CLEAN, other_advocate=7, signups_from_visitor=5)
    assert [found.evidence for found in judge_sign_up(facts)] == [
        {"first_advocate_id": 7},
        {"signups_in_24_hours": 5, "limit": 3},
    ]


def test_a_shared_network_alone_holds_and_never_blocks():
    found = judge_sign_up(replace(CLEAN, signups_from_visitor=50))
    assert [each.severity for each in found] == [Severity.HOLD]
    assert first_block(found) is None


def test_an_existing_customer_counts_where_the_program_takes_them():
    facts = replace(CLEAN, earlier_purchases=3, new_customers_only=False)
    assert judge_sign_up(facts) == []


def test_the_first_block_is_the_gravest():
    found = judge_sign_up(replace(CLEAN, signups_from_visitor=9, has_same_phone=True))
    assert first_block(found).kind is FindingKind.SAME_PHONE


@given(st.sets(st.sampled_from(sorted(SUSPICIOUS))), st.sampled_from(sorted(SUSPICIOUS)))
def test_another_suspicious_fact_never_removes_a_finding(names, more):
    before = judge_sign_up(replace(CLEAN, **{name: SUSPICIOUS[name][0] for name in names}))
    after = judge_sign_up(replace(CLEAN, **{name: SUSPICIOUS[name][0] for name in names | {more}}))
    assert {found.kind for found in before} <= {found.kind for found in after}


def test_every_kind_has_a_severity_and_an_explanation():
    assert set(SEVERITIES) == set(EXPLANATIONS) == set(FindingKind)
    assert set(asdict(CLEAN)) - {"new_customers_only"} == set(SUSPICIOUS)


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("a.b+x@gmail.com", "ab@gmail.com"),
        ("ab@googlemail.com", "ab@gmail.com"),
        ("A.B@GMAIL.com", "ab@gmail.com"),
        ("a.b@shop.example", "a.b@shop.example"),
        ("ab@shop.example", "ab@shop.example"),
        ("ab+news@shop.example", "ab@shop.example"),
        ("ab@münchen.example", "ab@xn--mnchen-3ya.example"),
        ("\uff41b@shop.example", "ab@shop.example"),
        (f"ab@{'x' * 70}.example", f"ab@{'x' * 70}.example"),
    ],
)
def test_spellings_of_one_mailbox_are_one(address, mailbox):
    assert canonical_mailbox(address) == mailbox
    assert canonical_mailbox(mailbox) == mailbox
