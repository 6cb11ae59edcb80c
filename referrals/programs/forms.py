"""The form of a program's terms, and that of its name."""

from decimal import Decimal
from typing import Any

from django import forms
from pydantic import ValidationError

from referrals.programs.rules import POINTS, Terms

_DAY = 86_400


class ProgramForm(forms.Form):
    name = forms.CharField(
        max_length=120, help_text="Staff see it, and messages may name it: “Bring a friend”."
    )


class TermsForm(forms.Form):
    """One field for each promise; `terms` holds what they come to."""

    terms: Terms

    qualifying_event = forms.CharField(
        label="Friend converts with the event",
        max_length=200,
        help_text="The exact name that sources send, such as “Order Completed”.",
    )
    minimum_revenue = forms.DecimalField(
        label="Minimum revenue", min_value=0, max_digits=12, decimal_places=2
    )
    attribution_days = forms.IntegerField(
        label="Days from sign-up to that event", min_value=1, max_value=365
    )
    new_customers_only = forms.BooleanField(
        label="Only friends without an earlier event of this name", required=False
    )
    advocate_amount = forms.DecimalField(
        label="Advocate gets", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    advocate_unit = forms.CharField(label="Unit of the advocate's reward", max_length=6)
    friend_amount = forms.DecimalField(
        label="Friend gets", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    friend_unit = forms.CharField(
        label="Unit of the friend's reward",
        max_length=6,
        help_text="“points”, or a currency code such as EUR.",
    )
    hold_days = forms.DecimalField(
        label="Days that rewards wait for refunds",
        min_value=0,
        max_value=365,
        decimal_places=3,
        help_text="A refund in this time takes the reward back before it was granted.",
    )
    advocate_cap = forms.IntegerField(
        label="Most rewards for one advocate",
        required=False,
        min_value=1,
        help_text="Empty means no limit.",
    )
    refund_event = forms.CharField(label="Event of a refund", max_length=200)
    order_property = forms.CharField(
        label="Property that names the order",
        max_length=60,
        help_text="The same in the order's event and in the refund's.",
    )
    headline = forms.CharField(label="Headline of the invitation page", max_length=300)
    introduction = forms.CharField(
        label="Introduction", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    consent_text = forms.CharField(
        label="Text beside the consent box",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    consent_text_version = forms.CharField(
        label="Version of that text",
        max_length=40,
        help_text="Stored as proof beside each consent; change it when the text changes.",
    )
    allowed_sites = forms.CharField(
        label="Sites that may embed the page",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One origin a line, such as https://shop.example.",
    )

    @classmethod
    def from_terms(cls, terms: Terms) -> "TermsForm":
        """Return the form filled with terms."""
        plain = {name: getattr(terms, name) for name in _SAME}
        words = {name: getattr(terms.landing, name) for name in _LANDING}
        advocate, friend = terms.advocate_reward, terms.friend_reward
        return cls(
            initial={
                **plain,
                **words,
                "advocate_amount": advocate.amount if advocate else None,
                "advocate_unit": advocate.unit if advocate else POINTS,
                "friend_amount": friend.amount if friend else None,
                "friend_unit": friend.unit if friend else POINTS,
                "hold_days": (Decimal(terms.hold_seconds) / _DAY).normalize(),
                "allowed_sites": "\n".join(terms.allowed_sites),
            }
        )

    def clean(self) -> dict[str, Any]:
        """Build the terms; what they refuse is said at the field it belongs to."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.terms = Terms.model_validate(_authored(cleaned))
        except ValidationError as error:
            for problem in error.errors():
                self.add_error(_field_of(problem["loc"]), _sentence(problem["msg"]))
        return cleaned


_SAME = (
    "qualifying_event", "minimum_revenue", "attribution_days", "new_customers_only",
    "advocate_cap", "refund_event", "order_property",
)  # fmt: skip
_LANDING = ("headline", "introduction", "consent_text", "consent_text_version")


def _authored(cleaned: dict[str, Any]) -> dict[str, Any]:
    rewards = {
        f"{side}_reward": {"amount": cleaned[f"{side}_amount"], "unit": cleaned[f"{side}_unit"]}
        for side in ("advocate", "friend")
        if cleaned[f"{side}_amount"]
    }
    return {
        **{name: cleaned[name] for name in _SAME},
        **rewards,
        "hold_seconds": int(cleaned["hold_days"] * _DAY),
        "landing": {name: cleaned[name] for name in _LANDING},
        "allowed_sites": cleaned["allowed_sites"].split(),
    }


def _field_of(place: tuple[int | str, ...]) -> str | None:
    first = str(place[0]) if place else ""
    if first.endswith("_reward"):
        part = "unit" if "unit" in place else "amount"
        return first.replace("reward", part)
    if first == "landing":
        return str(place[1])
    return first or "advocate_amount"


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:]}."
