"""What happens when somebody opens an advocate's page or signs up on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from kernel.errors import NotFound, Unavailable
from kernel.ids import new_key
from profiles.contracts import CustomerId, IdentityRef, SystemTouchpoint
from profiles.facade import (
    find_customer,
    identify_customer,
    record_consent,
    record_touchpoints,
)
from referrals.abuse.rules import first_block
from referrals.abuse.services import Candidate, inspect_sign_up, mailbox_print, record_findings
from referrals.graph.queries import NewReferral, record_visit, start_referral
from referrals.landing.models import SignUpAttempt
from referrals.landing.queries import is_consent_news
from referrals.landing.rules import ATTEMPTS_AN_HOUR
from referrals.programs.models import Advocate, Program
from referrals.programs.rules import Terms, read_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An advocate's page with the terms that are live now."""

    advocate: Advocate
    version_id: int
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What a visitor typed, and where from."""

    email: str
    first_name: str
    has_consented: bool
    visitor: bytes
    proof: dict[str, Any]


def visitor_print(address: str, user_agent: str, *, now: datetime) -> bytes:
    """Return a keyed hash of a visitor that changes every day, so that it cannot be followed."""
    seen = f"{address}|{user_agent}"
    return salted_hmac(f"referrals.visitor:{now:%Y-%m-%d}", seen, algorithm="sha256").digest()[:16]


def get_invitation(typed_code: str) -> Invitation:
    """Return the invitation of a code.

    Raises:
        NotFound: the code is unknown or its program is not live; the two look the same outside.
    """
    code = read_code(typed_code)
    advocate = (
        Advocate.objects.select_related("program__live_version")
        .filter(code=code or "", program__status=Program.Status.LIVE)
        .first()
    )
    if advocate is None or advocate.program.live_version is None:
        raise NotFound("This invitation is not valid any more. Ask your friend for a new link.")
    version = advocate.program.live_version
    return Invitation(advocate=advocate, version_id=version.pk, terms=version.read_terms)


def count_visit(invitation: Invitation, *, visitor: bytes, now: datetime) -> None:
    """Count a look at the page, once an hour for each visitor."""
    record_visit(
        advocate_id=invitation.advocate.pk,
        program_id=invitation.advocate.program_id,
        visitor=visitor,
        now=now,
    )


def admit_attempt(*, visitor: bytes, now: datetime) -> int:
    """Count a posted form and return how many came from the same place within a day.

    Raises:
        Unavailable: too many within an hour; the attempt itself is counted.
    """
    SignUpAttempt.objects.create(visitor=visitor, at=now)
    attempts = SignUpAttempt.objects.filter(visitor=visitor)
    if attempts.filter(at__gt=now - timedelta(hours=1)).count() > ATTEMPTS_AN_HOUR:
        raise Unavailable("Too many sign-ups came from your network. Try again in an hour.")
    return attempts.filter(at__gt=now - timedelta(days=1)).count()


def sign_up(
    invitation: Invitation, form: SignUp, *, signups_from_visitor: int, now: datetime
) -> None:
    """Start the referral of a visitor, or record why it does not count.

    One transaction; signing up twice changes nothing. Returns nothing on purpose: the page says
    the same to everybody, so that it cannot be used to learn who is a customer. The form proves
    nobody's identity, so it never changes what is known about an existing person, and never
    undoes a withdrawal of consent.
    """
    identity = IdentityRef(kind="email", value=form.email)
    with transaction.atomic():
        known = find_customer(identity)
        traits = {} if known else {"email": form.email, "firstName": form.first_name}
        friend_id = identify_customer(identity, traits=traits, now=now)
        candidate = Candidate(
            advocate=invitation.advocate,
            terms=invitation.terms,
            friend_id=friend_id,
            address=form.email,
            signups_from_visitor=signups_from_visitor,
        )
        suspicions = inspect_sign_up(candidate)
        referral_id = None
        if first_block(suspicions) is None:
            referral_id = _start(invitation, friend_id, form, now=now)
            _keep_consent(invitation, friend_id, form, now=now)
        record_findings(suspicions, candidate=candidate, referral_id=referral_id, now=now)


def _start(
    invitation: Invitation, friend_id: CustomerId, form: SignUp, *, now: datetime
) -> int | None:
    key = new_key(now=now)
    referral_id = start_referral(
        NewReferral(
            key=key,
            program_id=invitation.advocate.program_id,
            program_version_id=invitation.version_id,
            advocate_id=invitation.advocate.pk,
            friend_id=friend_id,
            friend_print=mailbox_print(form.email),
            method="link",
            window_ends_at=now + timedelta(days=invitation.terms.attribution_days),
        ),
        now=now,
    )
    if referral_id is None:
        return None
    sides = (("advocate", invitation.advocate.customer_id), ("friend", friend_id))
    record_touchpoints(
        [
            SystemTouchpoint(
                customer_id=CustomerId(customer_id),
                event="Referral Started",
                key=f"referral:{key}:started:{side}",
                occurred_at=now,
                properties={"program": invitation.advocate.program.name, "side": side},
            )
            for side, customer_id in sides
        ],
        now=now,
    )
    return referral_id


def _keep_consent(
    invitation: Invitation, friend_id: CustomerId, form: SignUp, *, now: datetime
) -> None:
    terms = invitation.terms
    topic = terms.consent_topic
    if not form.has_consented or not is_consent_news(friend_id, topic=topic, address=form.email):
        return
    record_consent(
        friend_id,
        channel="email",
        topic=topic,
        state="granted",
        address=form.email,
        source=f"referral page of {invitation.advocate.program.name}",
        text_version=terms.landing.consent_text_version,
        proof={**form.proof, "text": terms.landing.consent_text},
        now=now,
    )
