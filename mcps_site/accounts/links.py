"""The link by which a person sets a password: signed, for one account, usable once, for 3 days."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from kernel.access.models import User


def password_link(user: User) -> str:
    """Return the whole address. A new password or a log-in makes it void."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=key)
