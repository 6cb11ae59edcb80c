"""What a referral program promises: its terms, and how codes and money are written.

Pure. Terms are immutable once published; a referral keeps the version under which it started.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# Crockford's base 32: no I, L, O, U, so that a code can be read aloud. Ten characters are 50 bits.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
POINTS = "points"

Text = Annotated[str, Field(min_length=1, max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Reward(_Strict):
    """What one side gets: an amount of points, or of a currency by its ISO 4217 code."""

    amount: Decimal = Field(gt=0, max_digits=12, decimal_places=2)
    unit: str = Field(default=POINTS, pattern=r"^(points|[A-Z]{3})$")

    @model_validator(mode="after")
    def _points_are_whole(self) -> "Reward":
        if self.unit == POINTS and self.amount != self.amount.to_integral_value():
            raise ValueError("points are whole numbers")
        return self


class LandingWords(_Strict):
    """The words of the public page. The text version is stored as proof beside a consent."""

    headline: Text = "A friend thought of you"
    introduction: Text = "Sign up below. After your first order you both get a thank-you."
    button: Text = "Accept the invitation"
    consent_text: Text = "Yes, write to me by e-mail about news and offers. I can stop any time."
    consent_text_version: str = Field(default="2026-11", pattern=r"^[\w.-]{1,40}$")


class Terms(_Strict):
    """The terms of a program in one version."""

    version: Literal[1] = 1
    qualifying_event: str = Field(default="Order Completed", min_length=1, max_length=200)
    minimum_revenue: Decimal = Field(default=Decimal(0), ge=0, max_digits=12, decimal_places=2)
    refund_event: str = Field(default="Order Refunded", min_length=1, max_length=200)
    order_property: str = Field(default="order_id", pattern=r"^\w{1,60}$")
    attribution_days: int = Field(default=30, ge=1, le=365)
    hold_seconds: int = Field(default=14 * 86_400, ge=0, le=365 * 86_400)
    new_customers_only: bool = True
    advocate_reward: Reward | None = None
    friend_reward: Reward | None = None
    advocate_cap: int | None = Field(default=None, ge=1, le=1_000_000)
    consent_topic: str = Field(default="", max_length=60)
    landing: LandingWords = LandingWords()
    allowed_sites: tuple[str, ...] = ()

    @field_validator("allowed_sites")
    @classmethod
    def _sites_are_origins(cls, sites: tuple[str, ...]) -> tuple[str, ...]:
        for site in sites:
            parts = urlsplit(site)
            is_origin = parts.scheme in {"http", "https"} and parts.hostname
            if not is_origin or not re.fullmatch(r"https?://[\w.-]+(:\d+)?", site):
                raise ValueError(f"“{site}” is not an origin such as https://shop.example")
        return sites

    @model_validator(mode="after")
    def _somebody_gets_something(self) -> "Terms":
        if self.advocate_reward is None and self.friend_reward is None:
            raise ValueError("a program rewards the advocate, the friend, or both")
        return self


def draw_code(choose: Callable[[str], str]) -> str:
    """Draw a new code, letter by letter, with the caller's source of randomness.

    Callers in production pass `secrets.choice`.
    """
    return "".join(choose(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str | None:
    """Read a code as people type it: any case, with spaces or hyphens, O for 0, I or L for 1.

    Returns None when it cannot be a code.
    """
    code = re.sub(r"[\s-]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    is_code = len(code) == CODE_LENGTH and all(letter in CODE_ALPHABET for letter in code)
    return code if is_code else None


def reward_text(reward: Reward | None) -> str:
    """Say a reward in words, such as “20 points” or “5.00 EUR”; empty when there is none."""
    return "" if reward is None else amount_text(reward.amount, reward.unit)


def amount_text(amount: Decimal, unit: str) -> str:
    """Say an amount in words: points without decimals, money with two and its currency code."""
    if unit == POINTS:
        return f"{amount:,.0f} {'point' if abs(amount) == 1 else 'points'}"
    return f"{amount:,.2f} {unit}"


def terms_text(terms: Terms) -> str:
    """Say the whole offer in one plain paragraph, for staff and for the landing page."""
    least = f" of at least {terms.minimum_revenue:,.2f}" if terms.minimum_revenue else ""
    sides = [
        f"the {side} gets {reward_text(reward)}"
        for side, reward in (("advocate", terms.advocate_reward), ("friend", terms.friend_reward))
        if reward is not None
    ]
    cap = (
        f" An advocate is rewarded at most {terms.advocate_cap} times."
        if terms.advocate_cap
        else ""
    )
    return (
        f"When a friend has an event “{terms.qualifying_event}”{least} within "
        f"{terms.attribution_days} days of signing up, {' and '.join(sides)}, "
        f"{duration_text(terms.hold_seconds)}.{cap}"
    )


def duration_text(seconds: int) -> str:
    """Say a hold in words."""
    if seconds == 0:
        return "at once"
    sizes = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
    size, name = next(pair for pair in sizes if seconds % pair[0] == 0)
    count = seconds // size
    return f"after a hold of {count} {name}{'' if count == 1 else 's'}"
