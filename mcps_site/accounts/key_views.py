"""Pages about API keys, for admins."""

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from kernel.access.actors import actor_of
from kernel.access.api_keys import issue_api_key, revoke_api_key, rotate_api_key
from kernel.access.models import ApiKey, User
from kernel.access.permissions import require
from kernel.access.roles import Role
from kernel.errors import Conflict, Invalid
from kernel.ui.forms import show_error
from mcps_site.accounts import selectors
from mcps_site.accounts.forms import NewKeyForm, RotationForm


@require_GET
@require("administer")
def key_list(request: HttpRequest) -> HttpResponse:
    """Show all keys."""
    now = timezone.now()
    rows = [(key, key.is_active(now=now)) for key in selectors.list_api_keys()]
    return render(request, "accounts/keys/list.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@require("administer")
def key_new(request: HttpRequest) -> HttpResponse:
    """Make a key, and show it once."""
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = issue_api_key(
                name=form.cleaned_data["name"], role=Role(form.cleaned_data["role"]),
                actor=actor_of(request.user), by=cast("User", request.user), now=timezone.now(),
            )  # fmt: skip
            return render(request, "accounts/keys/created.html", {"issued": issued})
        except Invalid as error:
            show_error(form, error)
    status = 422 if form.errors else 200
    return render(request, "accounts/keys/form.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@require("administer")
def key_rotate(request: HttpRequest, prefix: str) -> HttpResponse:
    """Replace a key, and show the new one once."""
    key = get_object_or_404(ApiKey, prefix=prefix)
    form = RotationForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "accounts/keys/rotate.html", {"key": key, "form": form})
    try:
        issued = rotate_api_key(
            key, overlap=timedelta(hours=form.cleaned_data["overlap_hours"]),
            actor=actor_of(request.user), by=cast("User", request.user), now=timezone.now(),
        )  # fmt: skip
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("accounts:keys")
    return render(request, "accounts/keys/created.html", {"issued": issued})


@require_http_methods(["GET", "POST"])
@require("administer")
def key_revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask, then close a key for good."""
    key = get_object_or_404(ApiKey, prefix=prefix)
    if request.method == "GET":
        return render(request, "accounts/keys/revoke.html", {"key": key})
    revoke_api_key(key, actor=actor_of(request.user), now=timezone.now())
    messages.success(request, f"The key of “{key.name}” is revoked.")
    return redirect("accounts:keys")
