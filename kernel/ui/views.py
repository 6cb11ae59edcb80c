"""Pages of the frame itself: search, help, theme."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from kernel.access.models import User
from kernel.access.permissions import require
from kernel.ui import palette
from kernel.ui.shell import THEME_COOKIE, THEMES


@require_GET
@require("view")
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:200]
    context = {"query": query, "groups": palette.search(query, user=cast("User", request.user))}
    page = "ui/_palette_results.html" if request.headers.get("HX-Request") else "ui/search.html"
    response = render(request, page, context)
    response["Vary"] = "HX-Request"
    return response


@require_GET
@require("view")
def shortcuts(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/shortcuts.html")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme")
    if theme not in THEMES:
        detail = f"The theme must be one of {', '.join(THEMES)}."
        return JsonResponse({"detail": detail}, status=422)
    if request.user.is_authenticated:
        request.user.theme = theme
        request.user.save(update_fields=["theme"])
    response = HttpResponse(status=204) if _is_script(request) else redirect(_back(request))
    response.set_cookie(THEME_COOKIE, theme, max_age=365 * 86_400, samesite="Lax", httponly=True)
    return response


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "/")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if allowed else "/"
