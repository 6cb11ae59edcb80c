"""The way into `/client/v1/`, which the apps of end users call: a signed token, scopes, CORS.

Who the token speaks for is said by whatever registered itself as the verifier. Nothing here reads
a cookie, so any web page may call with a token it was given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from kernel.errors import Forbidden
from kernel.http.rate import Rate, take
from kernel.registry import Registry

REALM: Final = 'Bearer realm="client"'
VERIFIER: Final = "client"
_ALLOWED_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
_ALLOWED_HEADERS: Final = "authorization, content-type, idempotency-key, if-match, if-none-match"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUser:
    """The end user behind a request; `id` is the row that the verifier found.

    `scopes` is `None` when the token does not limit itself.
    """

    id: int
    source_id: int
    scopes: frozenset[str] | None
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True

    @property
    def pk(self) -> str:
        """What logs and idempotency keys call this user."""
        return f"client:{self.id}"

    def may(self, scope: str, *, is_read: bool) -> bool:
        """Say whether the token allows a scope; `inbox:read` allows reading only."""
        if self.scopes is None or scope in self.scopes:
            return True
        return is_read and f"{scope}:read" in self.scopes


class TokenVerifier(Protocol):
    """Finds out whom a token speaks for."""

    def __call__(self, token: str, *, may_create: bool, now: datetime) -> ClientUser:
        """Return the user; `may_create` allows making one who is not known yet.

        Raises:
            Forbidden: the token is wrong, changed, expired or revoked; the code says which.
            NotFound: the token is good and its user is not known.
        """
        ...


verifiers: Registry[TokenVerifier] = Registry("verifier of client tokens")


class ClientTokenAuthentication(BaseAuthentication):
    """Puts the end user whom a signed token names in the place of the user."""

    def authenticate(self, request: Request) -> tuple[ClientUser, None]:
        """Return the user of the token.

        Raises:
            AuthenticationFailed: there is no token, or it cannot be trusted.
        """
        keyword, _, token = get_authorization_header(request).partition(b" ")
        if keyword.lower() != b"bearer" or not token.strip():
            text = "Send the signed token of the user as “Authorization: Bearer …”."
            raise AuthenticationFailed(text, code="missing_token")
        try:
            user = verifiers.get(VERIFIER)(
                token.decode("latin-1").strip(),
                may_create=request.method not in SAFE_METHODS,
                now=timezone.now(),
            )
        except Forbidden as error:
            raise AuthenticationFailed(error.message, code=error.code) from None
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer without a token 401 and not 403."""
        return REALM


class HasScope(BasePermission):
    """Asks whether the token allows the scope of the view."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Refuse a token that was limited to other scopes."""
        is_read = request.method in SAFE_METHODS
        caller: Any = request.user
        if not caller.may(view.scope, is_read=is_read):
            scope = f"{view.scope}:read" if is_read else view.scope
            text = f"This token does not allow it. Sign one with the scope “{scope}”."
            raise Forbidden(text, code="missing_scope")
        return True


class ClientThrottle(BaseThrottle):
    """Refuses an end user who asks too often; the answer is 429 with `Retry-After`."""

    _wait: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, and say whether it may go on."""
        rate = Rate(
            per_second=settings.CLIENT_API_REQUESTS_PER_SECOND, burst=settings.CLIENT_API_BURST
        )
        wait = take(f"api:{request.user.pk}", rate=rate, now=timezone.now())
        self._wait = None if wait is None else wait.total_seconds()
        return wait is None

    def wait(self) -> float | None:
        """Return the seconds until the next request is allowed."""
        return self._wait


class ClientView(APIView):
    """The base of every view below `/client/v1/`; `request.user` is a `ClientUser`.

    `scope` names what a token must allow: the name itself, or `name:read` to read only.
    """

    scope: str
    authentication_classes = (ClientTokenAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (ClientThrottle,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a browser's preflight without a token; add the CORS headers to every answer."""
        answer: HttpResponseBase
        if request.method == "OPTIONS":
            answer = HttpResponse(status=204)
            answer.headers["Access-Control-Allow-Methods"] = _ALLOWED_METHODS
            answer.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            answer.headers["Access-Control-Max-Age"] = "86400"
        else:
            answer = super().dispatch(request, *args, **kwargs)
            answer.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer
