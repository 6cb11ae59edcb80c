"""The Settings page: what can be set, for this person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.access.permissions import require
from kernel.ui.settings_pages import list_pages


@require_GET
@require("view")
def index(request: HttpRequest) -> HttpResponse:
    """Show what this person can set."""
    return render(request, "accounts/settings.html", {"pages": list_pages(request.user)})
