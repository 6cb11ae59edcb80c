"""django-allauth's forms in our words."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

ADDRESS = "E-mail address"
PASSWORD = "Password"  # noqa: S105 (a label)
PASSWORD_RULES = "At least 10 characters, not a common password and not only digits."  # noqa: S105


def _say(form: forms.Form, labels: dict[str, str]) -> None:
    """Set labels; placeholders that only repeat them go."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class LogInForm(LoginForm):
    """Asks for address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {"login": ADDRESS, "password": PASSWORD})
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["remember"].label = "Stay logged in on this device for two weeks"


class AskForLinkForm(ResetPasswordForm):
    """Asks where to send the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {"email": ADDRESS})


class SetPasswordForm(ResetPasswordKeyForm):
    """Sets a password by the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {"password1": "New password", "password2": "The same again"})
        self.fields["password1"].help_text = PASSWORD_RULES


class NewPasswordForm(ChangePasswordForm):
    """Changes the password of somebody who is logged in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {
            "oldpassword": "Present password",
            "password1": "New password",
            "password2": "The same again",
        })  # fmt: skip
        self.fields["password1"].help_text = PASSWORD_RULES


class CodeForm(AuthenticateForm):
    """Asks for the second factor after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {"code": "Code"})


class ConfirmByCodeForm(ReauthenticateForm):
    """Asks for the second factor before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {"code": "Code of your authenticator app"})


class TurnOnForm(ActivateTOTPForm):
    """Proves that the authenticator app has the seed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, {"code": "Six digits"})
