"""The public page: what a visitor sees, sends, and cannot do."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from profiles.consent.models import Consent, ConsentEntry
from profiles.contracts import IdentityRef
from profiles.facade import find_customer, record_consent
from profiles.models import Customer, Identity
from referrals.landing.rules import ATTEMPTS_AN_HOUR
from referrals.models import Finding, Referral, SignUpAttempt, Visit
from referrals.programs.services import end_program
from tests.profiles.collecting import events_of
from tests.referrals.world import NOW, advocate, live_program, person, refer

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36"


@pytest.fixture
def ada(db):
    return advocate(live_program(allowed_sites=["https://shop.example"]), "ada")


@pytest.fixture
def visitor():
    """A browser without cookies, as in a frame of another site, that checks CSRF."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": AGENT})


def token(visitor, ada):
    page = visitor.get(f"/r/{ada.code}").content.decode()
    return re.search(r'name="token" value="([^"]+)"', page)[1]


def send(visitor, ada, **fields):
    form = {
        "token": fields.pop("token", None) or token(visitor, ada),
        "first_name": "Ben", "email": "ben@example.org", **fields,
    }  # fmt: skip
    return visitor.post(f"/r/{ada.code}", form)


def test_the_page_shows_the_offer_and_may_be_framed_by_the_programs_sites(ada, visitor):
    answer = visitor.get(f"/r/{ada.code}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "10 points for you" in page
    assert "<script" not in page
    assert "ada" not in page.replace(ada.code, "")
    assert "frame-ancestors 'self' https://shop.example" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies


def test_the_page_needs_little():
    css = Path(settings.BASE_DIR) / "referrals/static/referrals/landing.css"
    assert css.stat().st_size <= 10_000


def test_opening_the_page_counts_a_visit_an_hour_and_nothing_else(ada, visitor):
    people = Customer.objects.count()
    with time_machine.travel(NOW.replace(minute=5), tick=False):
        visitor.get(f"/r/{ada.code}")
        visitor.get(f"/r/{ada.code.lower()}")
        Client(headers={"user-agent": f"{AGENT} other"}).get(f"/r/{ada.code}")
    assert Visit.objects.count() == 2
    assert Referral.objects.count() == 0
    assert Customer.objects.count() == people
    with time_machine.travel(NOW.replace(minute=5) + timedelta(hours=1), tick=False):
        visitor.get(f"/r/{ada.code}")
    assert Visit.objects.count() == 3


@pytest.mark.parametrize(
    "headers",
    [{"user-agent": "WhatsApp/2.23"}, {"user-agent": AGENT, "sec-purpose": "prefetch"}],
    ids=["preview", "prefetch"],
)
def test_machines_see_the_page_and_are_not_counted(ada, headers):
    machine = Client(headers=headers)
    assert machine.get(f"/r/{ada.code}").status_code == 200
    assert machine.head(f"/r/{ada.code}").status_code == 200
    assert Visit.objects.count() == 0


def test_head_is_not_counted(ada, visitor):
    assert visitor.head(f"/r/{ada.code}").status_code == 200
    assert Visit.objects.count() == 0


def test_unknown_and_ended_invitations_look_the_same(ada, visitor):
    unknown = visitor.get("/r/0000000000")
    nonsense = visitor.get("/r/no-such-code")
    end_program(ada.program_id, actor="user:1", now=NOW)
    ended = visitor.get(f"/r/{ada.code}")
    thanks = visitor.get(f"/r/{ada.code}/thanks")
    assert [page.status_code for page in (unknown, nonsense, ended, thanks)] == [404] * 4
    assert len({page.content for page in (unknown, nonsense, ended, thanks)}) == 1


def test_signing_up_starts_a_referral_with_consent_and_proof(ada, visitor):
    answer = send(visitor, ada, consent="on")
    assert (answer.status_code, answer["Location"]) == (302, f"/r/{ada.code}/thanks")
    assert b"Thank you" in visitor.get(answer["Location"]).content
    friend = find_customer(IdentityRef(kind="email", value="ben@example.org"))
    referral = Referral.objects.get()
    assert (referral.friend_id, referral.advocate_id, referral.status) == (
        friend.id,
        ada.pk,
        "started",
    )
    assert referral.window_ends_at - referral.started_at == timedelta(days=30)
    assert friend.traits["firstName"] == "Ben"
    consent = Consent.objects.get()
    assert (consent.customer_id, consent.channel, consent.state, consent.address) == (
        friend.id,
        "email",
        "granted",
        "ben@example.org",
    )
    entry = ConsentEntry.objects.get()
    assert (entry.text_version, entry.source) == ("2026-11", "referral page of Bring a friend")
    assert entry.proof["page"] == f"/r/{ada.code}"
    assert entry.proof["text"].startswith("Yes, write to me by e-mail")
    assert events_of("email", "ben@example.org").count("Referral Started") == 1
    assert events_of("user_id", "ada").count("Referral Started") == 1


def test_without_the_tick_there_is_a_referral_and_no_consent(ada, visitor):
    send(visitor, ada)
    assert Referral.objects.count() == 1
    assert Consent.objects.count() == 0


def test_signing_up_again_changes_nothing(ada, visitor):
    for spelling in ("ben@example.org", "BEN@example.org", "ben@example.org"):
        assert send(visitor, ada, email=spelling, consent="on").status_code == 302
    assert Referral.objects.count() == 1
    assert Finding.objects.count() == 0
    assert ConsentEntry.objects.count() == 1


def test_the_advocate_cannot_refer_themselves(ada, visitor):
    known = find_customer(IdentityRef(kind="email", value="ada@example.com"))
    answer = send(visitor, ada, email="ada@example.com", first_name="Mallory", consent="on")
    assert answer["Location"] == f"/r/{ada.code}/thanks"
    assert Referral.objects.count() == 0
    assert Consent.objects.count() == 0
    finding = Finding.objects.get(kind="self_referral")
    assert (finding.severity, finding.evidence) == ("block", {"same_customer": True})
    after = find_customer(IdentityRef(kind="email", value="ada@example.com"))
    assert after.traits == known.traits


def test_another_spelling_of_the_advocates_mailbox_is_found(ada, visitor):
    send(visitor, ada, email="ada+gift@example.com")
    assert list(Finding.objects.values_list("kind", "severity")) == [("same_mailbox", "block")]
    assert Referral.objects.count() == 0


def test_the_first_advocate_keeps_the_friend(ada, visitor):
    eve = advocate(ada.program, "eve")
    send(visitor, ada)
    send(visitor, eve)
    assert Referral.objects.get().advocate_id == ada.pk
    found = Finding.objects.get(advocate=eve)
    assert (found.kind, found.evidence) == ("already_referred", {"first_advocate_id": ada.pk})


def test_a_second_spelling_of_a_referred_mailbox_is_a_duplicate(ada, visitor):
    send(visitor, ada)
    send(visitor, ada, email="ben+2@example.org")
    assert Referral.objects.count() == 1
    assert Finding.objects.get().kind == "duplicate_mailbox"


def test_whoever_bought_before_is_no_new_customer(ada, visitor, shop):
    person("ben", email="ben@example.org")
    shop.order("ben", at=NOW - timedelta(days=50))
    send(visitor, ada)
    assert Referral.objects.count() == 0
    assert Finding.objects.get().evidence == {"earlier_purchases": 1}


def test_referring_ones_own_advocate_closes_a_loop(ada, visitor):
    refer(ada.program, ada, "ben", at=NOW - timedelta(days=3))
    refer(ada.program, advocate(ada.program, "ben"), "cem", at=NOW - timedelta(days=2))
    cem = advocate(ada.program, "cem")
    send(visitor, cem, email="ada@example.com")
    assert Finding.objects.get().kind == "referral_loop"
    assert Referral.objects.count() == 2


def test_a_form_on_the_page_never_undoes_a_withdrawal(ada, visitor):
    ben = person("ben", email="ben@example.org")
    record_consent(ben, channel="email", state="withdrawn", source="test", now=NOW)
    send(visitor, ada, consent="on")
    assert list(Consent.objects.values_list("state", flat=True)) == ["withdrawn"]
    assert Referral.objects.count() == 1


def test_wrong_entries_are_named_and_nothing_is_stored(ada, visitor):
    answer = send(visitor, ada, first_name="", email="ben@")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Type your first name" in page
    assert "This is not an e-mail address" in page
    assert page.count('aria-invalid="true"') == 2
    assert SignUpAttempt.objects.count() == 0
    assert Identity.objects.filter(value__contains="ben").count() == 0


def test_a_form_without_a_fresh_token_of_this_page_is_not_accepted(ada, visitor):
    other = advocate(ada.program, "eve")
    stolen = token(visitor, other)
    with time_machine.travel(NOW - timedelta(hours=13)):
        old = token(visitor, ada)
    for wrong in ("", "x", stolen, old):
        answer = visitor.post(
            f"/r/{ada.code}", {"token": wrong, "first_name": "Ben", "email": "ben@example.org"}
        )
        assert answer.status_code == 422
        assert b"open for too long" in answer.content
    assert Referral.objects.count() == 0


def test_who_fills_the_hidden_field_is_thanked_and_forgotten(ada, visitor):
    assert send(visitor, ada, website="https://spam.example").status_code == 302
    assert SignUpAttempt.objects.count() == 0
    assert Referral.objects.count() == 0


def test_many_sign_ups_from_one_place_are_held_and_then_refused(ada, visitor):
    fresh = token(visitor, ada)
    for place in range(ATTEMPTS_AN_HOUR):
        answer = send(visitor, ada, token=fresh, email=f"p{place}@example.org")
        assert answer.status_code == 302
    answer = send(visitor, ada, token=fresh, email="last@example.org")
    assert answer.status_code == 429
    assert b"Try again in an hour" in answer.content
    assert Referral.objects.count() == ATTEMPTS_AN_HOUR
    held = Finding.objects.filter(severity="hold", kind="many_from_one_place")
    assert held.count() == ATTEMPTS_AN_HOUR - 3
    with time_machine.travel(NOW + timedelta(hours=2)):
        assert send(visitor, ada, email="last@example.org").status_code == 302
