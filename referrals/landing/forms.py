"""The public sign-up form and its signed token."""

from django import forms
from django.core import signing

from referrals.landing.rules import TOKEN_SECONDS

_SALT = "referrals.landing"


class SignUpForm(forms.Form):
    first_name = forms.CharField(
        label="First name",
        max_length=80,
        error_messages={"required": "Type your first name, so that we can greet you."},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages={
            "required": "Type your e-mail address; the reward is tied to it.",
            "invalid": "This is not an e-mail address. It looks like name@example.com.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    consent = forms.BooleanField(required=False)
    # People never see this field; programs that fill in every field do.
    website = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, label_suffix="", **kwargs)  # type: ignore[arg-type, misc]
        for name in ("first_name", "email"):
            if self.is_bound and self.errors.get(name):
                self.fields[name].widget.attrs.update(
                    {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                )

    def clean_email(self) -> str:
        # Profiles keep addresses in lower case, so one mailbox has one consent.
        return str(self.cleaned_data["email"]).lower()

    @property
    def is_from_a_robot(self) -> bool:
        return bool(self.data.get("website"))


def issue_token(code: str) -> str:
    return signing.TimestampSigner(salt=_SALT).sign(code)


def is_token_valid(token: str, code: str) -> bool:
    """Cookies of a framed page are blocked by browsers, so the form carries its own proof."""
    try:
        return signing.TimestampSigner(salt=_SALT).unsign(token, max_age=TOKEN_SECONDS) == code
    except signing.BadSignature:
        return False
