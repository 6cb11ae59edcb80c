"""Forms of webhook sources."""

from typing import Any

from django import forms

from profiles.webhooks.rules.signatures import SCHEMES


class WebhookForm(forms.Form):
    name: Any = forms.CharField(
        max_length=100, label="Name", help_text="What sends the requests, such as “Web shop”."
    )
    secret: Any = forms.CharField(
        max_length=500, required=False, label="Secret", strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    starts_journeys: Any = forms.BooleanField(
        required=False, initial=True, label="Its events may start journeys"
    )


class SignatureForm(forms.Form):
    scheme: Any = forms.ChoiceField(choices=list(SCHEMES.items()), label="Way of signing")
    secret: Any = forms.CharField(
        max_length=500, required=False, label="Secret", strip=True,
        help_text="Leave it empty to keep the present one. A user name and password are written "
        "as name:password.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    header: Any = forms.CharField(
        max_length=100, required=False, label="Header of the signature",
        help_text="For HMAC, and where Stripe's form stands in another header.",
    )  # fmt: skip
    algorithm: Any = forms.ChoiceField(
        choices=[("sha256", "SHA-256"), ("sha1", "SHA-1"), ("sha512", "SHA-512")],
        label="Algorithm of HMAC",
    )
    encoding: Any = forms.ChoiceField(
        choices=[("hex", "Hexadecimal"), ("base64", "Base64")], label="Encoding of HMAC"
    )
    prefix: Any = forms.CharField(
        max_length=50, required=False, label="Text before the signature",
        help_text="Such as sha256= where the header begins with it.",
    )  # fmt: skip
    timestamp_header: Any = forms.CharField(
        max_length=100, required=False, label="Header of the time",
        help_text="Only where the time is signed together with the body.",
    )  # fmt: skip
    tolerance_seconds: Any = forms.IntegerField(
        min_value=30, max_value=86_400, label="Oldest signature in seconds",
        help_text="Where the time is signed, older and later requests are refused.",
    )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """Return the signature that was entered; empty fields are left out."""
        names = ("header", "algorithm", "encoding", "prefix", "timestamp_header",
                 "tolerance_seconds")  # fmt: skip
        entered = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
        return {"scheme": self.cleaned_data["scheme"], **entered}
