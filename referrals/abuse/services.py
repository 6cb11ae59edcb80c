"""Looks at sign-ups, records what is wrong with them, and recognizes a mailbox again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac

from referrals.abuse import queries
from referrals.abuse.models import Finding
from referrals.abuse.rules import SignUpFacts, Suspicion, canonical_mailbox, judge_sign_up
from referrals.graph.queries import closes_loop
from referrals.programs.models import Advocate
from referrals.programs.rules import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who signs up on an advocate's page."""

    advocate: Advocate
    terms: Terms
    friend_id: int
    address: str
    signups_from_visitor: int


def mailbox_print(address: str) -> bytes:
    """Return a keyed hash of the mailbox: equal for all its spellings, useless to a reader."""
    mailbox = canonical_mailbox(address)
    return salted_hmac("referrals.mailbox", mailbox, algorithm="sha256").digest()[:16]


def inspect_sign_up(candidate: Candidate) -> list[Suspicion]:
    """List what is suspicious about a sign-up; three statements, changes nothing."""
    advocate = candidate.advocate
    stored = queries.gather_facts(
        advocate_id=advocate.pk,
        friend_id=candidate.friend_id,
        friend_print=mailbox_print(candidate.address),
        qualifying_event=candidate.terms.qualifying_event,
    )
    own_mailboxes = {canonical_mailbox(own) for own in queries.list_mailboxes(advocate.customer_id)}
    facts = SignUpFacts(
        is_same_customer=advocate.customer_id == candidate.friend_id,
        has_same_mailbox=canonical_mailbox(candidate.address) in own_mailboxes,
        has_same_phone=stored.has_same_phone,
        other_referral_with_mailbox=stored.other_referral_with_mailbox,
        other_advocate=stored.other_advocate,
        earlier_purchases=stored.earlier_purchases,
        new_customers_only=candidate.terms.new_customers_only,
        closes_loop=closes_loop(
            program_id=advocate.program_id,
            advocate_customer_id=advocate.customer_id,
            friend_id=candidate.friend_id,
        ),
        signups_from_visitor=candidate.signups_from_visitor,
    )
    return judge_sign_up(facts)


def record_findings(
    suspicions: Sequence[Suspicion],
    *,
    candidate: Candidate,
    referral_id: int | None,
    now: datetime,
) -> None:
    """Store what was found, once for each kind, advocate and friend."""
    Finding.objects.bulk_create(
        [
            Finding(
                program_id=candidate.advocate.program_id,
                advocate=candidate.advocate,
                friend_id=candidate.friend_id,
                referral_id=referral_id,
                kind=found.kind.value,
                severity=found.severity.value,
                evidence=found.evidence,
                found_at=now,
            )
            for found in suspicions
        ],
        ignore_conflicts=True,
    )
