"""Who may do what: the decorator for pages and the permission classes for the API.

Both ask for a permission of `kernel.access.roles`, never for a role by name.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from kernel.access.models import User
from kernel.access.roles import PERMISSIONS, least_role
from kernel.access.staff import role_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def may(principal: Any, permission: str) -> bool:
    """Say whether the person or the API key has the permission, such as `edit`."""
    return bool(principal.is_authenticated and principal.has_perm(f"kernel.{permission}"))


def require(permission: str) -> Callable[[View[P]], View[P]]:
    """Let only people with the permission see the page.

    Others are sent to the log-in, or shown a page that names the role they lack. A fragment
    asked for by htmx sends the whole page to the log-in.

    Raises:
        KeyError: at import, when no role has a permission of this name.
    """
    least_role(permission)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _log_in(request)
            if not may(request.user, permission):
                return refuse(request, permission)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def refuse(request: HttpRequest, permission: str) -> HttpResponse:
    """Answer 403 with a page that says which role the permission needs."""
    user = request.user
    context = {
        "needed_role": least_role(permission),
        "permission_text": PERMISSIONS[permission],
        "own_role": role_of(user) if isinstance(user, User) else None,
    }
    return render(request, "accounts/forbidden.html", context, status=403)


def _log_in(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    page = request.headers.get("HX-Current-URL", "/")
    target = redirect_to_login(page).headers["Location"]
    return HttpResponseClientRedirect(target)


class _RolePermission(BasePermission):
    permission = ""

    @property
    def message(self) -> str:
        return (
            f"This needs the role {least_role(self.permission).value}. "
            "Use a key of that role, or ask an admin."
        )

    def has_permission(self, request: Request, view: object) -> bool:
        return may(request.user, self.permission)


class CanView(_RolePermission):
    """Lets everybody with a role read."""

    permission = "view"


class CanViewPersonalData(_RolePermission):
    """Lets editors and above read personal data in full."""

    permission = "view_personal_data"


class CanEdit(_RolePermission):
    """Lets editors and above change drafts."""

    permission = "edit"


class CanPublish(_RolePermission):
    """Lets publishers and above publish, send, approve and stop."""

    permission = "publish"


class CanAdminister(_RolePermission):
    """Lets admins manage staff, keys and operations."""

    permission = "administer"


class CanViewOrEdit(_RolePermission):
    """Lets everybody with a role read, and editors and above write."""

    permission = "edit"

    def has_permission(self, request: Request, view: object) -> bool:
        """Ask for `view` to read and for `edit` to write."""
        return may(request.user, "view" if request.method in SAFE_METHODS else "edit")


class CanViewOrPublish(_RolePermission):
    """Lets everybody with a role read, and publishers and above write."""

    permission = "publish"

    def has_permission(self, request: Request, view: object) -> bool:
        """Ask for `view` to read and for `publish` to write; a refusal names the one asked for."""
        if request.method in SAFE_METHODS:
            self.permission = "view"
        return super().has_permission(request, view)


class CanViewOrAdminister(CanViewOrPublish):
    """Lets everybody with a role read, and admins write."""

    permission = "administer"
