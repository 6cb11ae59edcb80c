"""Terms, codes and the words for money."""

import random
import secrets
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from referrals.programs.rules import (
    CODE_ALPHABET,
    Reward,
    Terms,
    amount_text,
    draw_code,
    duration_text,
    read_code,
    reward_text,
    terms_text,
)

ONE = {"friend_reward": {"amount": "10"}}


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ({}, (), "rewards the advocate, the friend, or both"),
        ({**ONE, "minimum_revenue": "-1"}, ("minimum_revenue",), "greater than or equal to 0"),
        ({"friend_reward": {"amount": "1.5"}}, ("friend_reward",), "points are whole numbers"),
        ({"friend_reward": {"amount": "0"}}, ("friend_reward", "amount"), "greater than 0"),
        ({"friend_reward": {"amount": "1", "unit": "eur"}}, ("friend_reward", "unit"), "pattern"),
        ({**ONE, "attribution_days": 0}, ("attribution_days",), "greater than or equal to 1"),
        ({**ONE, "hold_seconds": -1}, ("hold_seconds",), "greater than or equal to 0"),
        ({**ONE, "allowed_sites": ["shop.example"]}, ("allowed_sites",), "is not an origin"),
        ({**ONE, "allowed_sites": ["https://a.b/x"]}, ("allowed_sites",), "is not an origin"),
        ({**ONE, "bonus": 1}, ("bonus",), "not permitted"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else str(value),
)  # fmt: skip
def test_wrong_terms_are_refused_at_their_place(wrong, place, words):
    with pytest.raises(ValidationError) as caught:
        Terms.model_validate(wrong)
    [problem] = caught.value.errors()
    assert problem["loc"] == place
    assert words in problem["msg"]


def test_terms_survive_being_stored():
    terms = Terms(
        minimum_revenue=Decimal("12.50"),
        friend_reward=Reward(amount=Decimal("5.05"), unit="EUR"),
        allowed_sites=("https://shop.example:8443", "http://localhost:3000"),
    )
    assert Terms.model_validate(terms.model_dump(mode="json")) == terms


def test_codes_are_drawn_with_the_callers_randomness_and_have_no_look_alikes():
    assert draw_code(lambda letters: letters[0]) == "0" * 10
    code = draw_code(secrets.choice)
    assert len(code) == 10
    assert not set(code) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7kq2m-9xw4t", "7KQ2M9XW4T"),
        (" 7KQ2M 9XW4T ", "7KQ2M9XW4T"),
        ("OIl0000000", "0110000000"),
        ("7KQ2M9XW4", None),
        ("7KQ2M9XW4TT", None),
        ("7KQ2M9XW4U", None),
        ("", None),
    ],
)
def test_codes_are_read_as_people_type_them(typed, code):
    assert read_code(typed) == code


@given(st.text(alphabet=CODE_ALPHABET, min_size=10, max_size=10))
def test_every_code_reads_as_itself_in_lower_case(code):
    assert read_code(code.lower()) == code


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("1", "points", "1 point"),
        ("1200", "points", "1,200 points"),
        ("5", "EUR", "5.00 EUR"),
        ("1234.5", "USD", "1,234.50 USD"),
    ],
)
def test_amounts_are_said_with_their_unit(amount, unit, text):
    assert amount_text(Decimal(amount), unit) == text


def test_no_reward_is_no_words():
    assert reward_text(None) == ""
    assert reward_text(Reward(amount=Decimal(3))) == "3 points"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "at once"),
        (1, "after a hold of 1 second"),
        (90, "after a hold of 90 seconds"),
        (120, "after a hold of 2 minutes"),
        (3_600, "after a hold of 1 hour"),
        (14 * 86_400, "after a hold of 14 days"),
    ],
)
def test_holds_are_said_in_the_largest_whole_unit(seconds, text):
    assert duration_text(seconds) == text


def test_the_offer_is_said_in_one_paragraph():
    terms = Terms.model_validate(
        {
            "minimum_revenue": "25",
            "advocate_reward": {"amount": "20"},
            "friend_reward": {"amount": "5", "unit": "EUR"},
            "advocate_cap": 12,
        }
    )
    assert terms_text(terms) == (
        "When a friend has an event “Order Completed” of at least 25.00 within 30 days of signing "
        "up, the advocate gets 20 points and the friend gets 5.00 EUR, after a hold of 14 days. "
        "An advocate is rewarded at most 12 times."
    )
    plain = Terms.model_validate({**ONE, "hold_seconds": 0})
    assert terms_text(plain) == (
        "When a friend has an event “Order Completed” within 30 days of signing up, "
        "the friend gets 10 points, at once."
    )


def test_the_random_module_is_not_where_codes_come_from(monkeypatch):
    def refuse(*_):
        raise AssertionError("codes must not be guessable")

    monkeypatch.setattr(random, "choice", refuse)
    assert len(draw_code(secrets.choice)) == 10
