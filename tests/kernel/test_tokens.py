"""Public tokens open for their scope, until their end, under the present and the former key."""

import datetime as dt

import pytest

from kernel.errors import Forbidden
from kernel.tokens import open_token, sign

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
END = NOW + dt.timedelta(days=30)


def refusal(scope: str, token: str, *, now: dt.datetime = NOW) -> str:
    with pytest.raises(Forbidden) as caught:
        open_token(scope, token, now=now)
    return caught.value.code


def test_a_token_returns_its_payload_until_its_end():
    token = sign("unsubscribe", {"customer": 7, "topic": "news"}, expires_at=END)
    last = END - dt.timedelta(seconds=1)
    assert open_token("unsubscribe", token, now=last) == {"customer": 7, "topic": "news"}
    assert refusal("unsubscribe", token, now=END) == "expired_token"


def test_a_token_of_another_scope_or_a_changed_one_is_refused():
    token = sign("unsubscribe", {"customer": 7}, expires_at=END)
    other = sign("unsubscribe", {"customer": 8}, expires_at=END)
    spliced = other.rsplit(".", 1)[0] + "." + token.rsplit(".", 1)[1]
    assert refusal("preferences", token) == "bad_token"
    for broken in (spliced, token[:-1], "", "x", token.replace(".", "")):
        assert refusal("unsubscribe", broken) == "bad_token"


def test_a_token_is_safe_in_an_address():
    token = sign("unsubscribe", {"name": "Zoë & co/?#"}, expires_at=END)
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_a_token_survives_the_change_of_the_secret_key_while_the_former_is_named(settings):
    former = settings.SECRET_KEY
    token = sign("unsubscribe", {"customer": 7}, expires_at=END)
    settings.SECRET_KEY = "a new key"
    assert refusal("unsubscribe", token) == "bad_token"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert open_token("unsubscribe", token, now=NOW) == {"customer": 7}
