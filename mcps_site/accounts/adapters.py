"""How django-allauth behaves here: no sign-up, and secrets that are encrypted at rest."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from kernel.encryption import decrypt, encrypt

_PURPOSE = "accounts.second_factor"


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by admins only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "The e-mail address and the password do not belong together. Check both, or set a "
            "new password."
        ),
        "too_many_login_attempts": (
            "Too many failed attempts. Wait 15 minutes, or set a new password by e-mail."
        ),
        "incorrect_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the seeds of authenticator apps and recovery codes encrypted."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right, or it is used up. Wait for the next one.",
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a seed."""
        return encrypt(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a seed."""
        return decrypt(encrypted_text, purpose=_PURPOSE)
