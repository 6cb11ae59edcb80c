"""How a program shows its API key: `Authorization: Bearer mcps_…`."""

from typing import Final

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from kernel.access.api_keys import ApiClient, find_api_client

KEYWORD: Final = "bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """Puts the program that owns the key in the place of the user."""

    def authenticate(self, request: Request) -> tuple[ApiClient, None] | None:
        """Return the program, or None when the request carries no key.

        Raises:
            AuthenticationFailed: there is a key, but it is wrong, expired or revoked.
        """
        keyword, _, key = get_authorization_header(request).partition(b" ")
        if keyword.lower() != KEYWORD.encode():
            return None
        client = find_api_client(key.decode("latin-1").strip(), now=timezone.now())
        if client is None:
            raise AuthenticationFailed(
                "This API key is wrong, expired or revoked. Make a new one under "
                "Settings → API keys."
            )
        return client, None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer without a key 401 and not 403."""
        return 'Bearer realm="api"'
