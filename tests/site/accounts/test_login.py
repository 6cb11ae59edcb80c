from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.urls import reverse

from kernel.access.models import User
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def log_in(client, email, password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def is_logged_in(client):
    return "_auth_user_id" in client.session


def test_staff_log_in_with_address_in_any_case(client, owner):
    assert log_in(client, "Owner@Example.com").headers["Location"] == "/"
    assert is_logged_in(client)


def test_wrong_password_says_what_to_do(client, owner):
    answer = log_in(client, owner.email, "wrong")
    assert "do not belong together" in answer.content.decode()
    assert not is_logged_in(client)


def test_sixth_failure_locks_out_even_with_the_right_password(client, owner, colleague):
    for _ in range(5):
        log_in(client, owner.email, "wrong")
    answer = log_in(client, owner.email)
    assert "Too many failed attempts" in answer.content.decode()
    assert not is_logged_in(client)
    assert log_in(client, colleague.email).status_code == 302


def test_lock_ends_after_a_quarter_of_an_hour(client, owner):
    with time_machine.travel("2026-03-01T12:00Z", tick=True) as clock:
        for _ in range(6):
            log_in(client, owner.email, "wrong")
        clock.shift(15 * 60 + 1)
        assert log_in(client, owner.email).status_code == 302


def test_deactivated_person_stays_out(client, owner):
    User.objects.update(is_active=False)
    answer = log_in(client, owner.email)
    assert answer.headers["Location"] == reverse("account_inactive")
    assert not is_logged_in(client)


@pytest.mark.parametrize("path", [
    "signup/", "email/", "confirm-email/", "password/set/", "login/code/confirm/", "3rdparty/",
    "social/signup/", "2fa/webauthn/",
])  # fmt: skip
def test_pages_of_the_library_that_we_do_not_use_are_not_there(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_new_password_by_mail_ends_old_sessions(client, owner):
    client.force_login(owner)
    from django.test import Client

    visitor = Client()
    visitor.post(reverse("account_reset_password"), {"email": owner.email})
    link = next(word for word in mail.outbox[0].body.split() if word.startswith("http"))
    page = visitor.get(urlsplit(link).path, follow=True)
    visitor.post(
        page.redirect_chain[-1][0], {"password1": "new horse 77", "password2": "new horse 77"}
    )
    owner.refresh_from_db()
    assert owner.check_password("new horse 77")
    assert client.get(reverse("usersessions_list")).status_code == 302


def test_reset_for_an_unknown_address_sends_nothing_and_says_nothing(client):
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert answer.headers["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_passwords_are_hashed_with_argon2(settings):
    from mcps_site.settings import base

    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    user = User.objects.create_user("a@example.com", PASSWORD)
    assert user.password.startswith("argon2$argon2id$")


@pytest.fixture
def second_factor(client, owner):
    """Turn the second factor on through the page, and return the seed."""
    log_in(client, owner.email)
    question = client.get(reverse("mfa_activate_totp"), follow=True).redirect_chain[-1][0]
    page = client.post(question, {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    client.post(reverse("account_logout"))
    return secret


def code_of(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_second_factor_is_asked_after_the_password(client, owner, second_factor):
    answer = log_in(client, owner.email)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not is_logged_in(client)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "not right" in wrong.content.decode()
    assert not is_logged_in(client)


def test_recovery_code_opens_the_door_once(client, owner, second_factor):
    stored = Authenticator.objects.get(user=owner, type="recovery_codes")
    code = RecoveryCodes(stored).get_unused_codes()[0]
    log_in(client, owner.email)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    log_in(client, owner.email)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_logged_in(client)


def test_seed_is_encrypted_at_rest(owner, second_factor):
    stored = Authenticator.objects.get(user=owner, type="totp")
    assert second_factor not in str(stored.data)


def test_ending_other_sessions_leaves_mine(client, owner):
    from django.test import Client

    other = Client()
    log_in(client, owner.email)
    log_in(other, owner.email)
    client.post(reverse("usersessions_list"))
    assert client.get(reverse("usersessions_list")).status_code == 200
    assert other.get(reverse("usersessions_list")).status_code == 302
