"""Signed user tokens: what is trusted, and every way of cheating."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.errors import Forbidden, Invalid
from profiles.clients.rules import (
    LONGEST_TOKEN,
    Claims,
    read_claims,
    read_key_id,
    read_trait_names,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "cs_" + "s" * 40
IN_AN_HOUR = int((NOW + timedelta(hours=1)).timestamp())


def signed(key_id="ck_1", secret=SECRET, **claims):
    claims = {"sub": "u1", "exp": IN_AN_HOUR, **claims}
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": key_id})


def part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def refusal(token, *, now=NOW, secret=SECRET):
    with pytest.raises(Forbidden) as caught:
        open_token(token, now=now, secret=secret)
    return caught.value


def open_token(token, *, now, secret):
    read_key_id(token)
    return read_claims(token, secret=secret, now=now)


def test_token_of_a_common_library_is_read():
    token = signed("ck_9", scope="profile inbox:read")
    assert read_key_id(token) == "ck_9"
    assert read_claims(token, secret=SECRET, now=NOW) == Claims(
        user_id="u1", scopes=frozenset({"profile", "inbox:read"})
    )


def test_token_without_scope_is_not_limited_and_a_number_may_be_the_user_id():
    assert read_claims(signed(sub=7), secret=SECRET, now=NOW) == Claims(user_id="7", scopes=None)


@pytest.mark.parametrize(
    ("claims", "now", "code"),
    [
        ({}, NOW + timedelta(hours=1), "expired_token"),
        ({"exp": IN_AN_HOUR + 86_400}, NOW, "bad_token"),
        ({"exp": None}, NOW, "bad_token"),
        ({"exp": "soon"}, NOW, "bad_token"),
        ({"nbf": IN_AN_HOUR}, NOW, "bad_token"),
        ({"sub": " "}, NOW, "bad_token"),
        ({"sub": "u" * 256}, NOW, "bad_token"),
        ({"sub": {"$ne": 1}}, NOW, "bad_token"),
        ({"scope": ["profile"]}, NOW, "bad_token"),
    ],
    ids=["expired", "too long", "no end", "end no number", "not yet", "nobody", "long", "object", "list"],
)  # fmt: skip
def test_claims_that_cannot_be_trusted_are_refused(claims, now, code):
    assert refusal(signed(**claims), now=now).code == code


def test_another_secret_and_a_changed_body_are_refused():
    assert refusal(signed(secret="cs_" + "o" * 40)).code == "bad_token"
    header, _, signature = signed().split(".")
    forged = f"{header}.{part({'sub': 'u2', 'exp': IN_AN_HOUR})}.{signature}"
    assert refusal(forged).code == "bad_token"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256", "", None])
def test_token_may_not_choose_another_algorithm(algorithm):
    header = part({"alg": algorithm, "kid": "ck_1"})
    assert refusal(f"{header}.{signed().split('.', 1)[1]}").code == "bad_token"
    assert refusal(f"{header}.{part({'sub': 'u1', 'exp': IN_AN_HOUR})}.").code == "bad_token"


@pytest.mark.parametrize(
    "token",
    ["", "..", "a.b.c", "wk_abc", "é.é.é", "=.=.=", part({"alg": "HS256"}) + ".e30.e30",
     part([[[1]]]) + ".e30.e30", "e30." + "e" * LONGEST_TOKEN + ".e30",
     base64.urlsafe_b64encode(b"[" * 2000).decode() + ".e30.e30"],
)  # fmt: skip
def test_text_that_is_no_token_is_refused(token):
    assert refusal(token).code == "bad_token"


@given(st.text(max_size=60))
@example("a.b.c")
@example(signed() + "x")
def test_no_text_without_the_secret_is_trusted(text):
    assert refusal(text).code == "bad_token"


def test_names_of_traits_are_read_once_each():
    assert read_trait_names("plan, size\nplan\n\n", field="readable") == ["plan", "size"]
    with pytest.raises(Invalid):
        read_trait_names("x" * 256, field="readable")
