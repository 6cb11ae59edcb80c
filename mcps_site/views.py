"""The start page and the components page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kernel.access.permissions import require
from kernel.ui import navigation
from mcps_site.components import examples


@require_GET
@require("view")
def home(request: HttpRequest) -> HttpResponse:
    overview = navigation.find_overview()
    if overview is not None and overview.url != request.path:
        return redirect(overview.url)
    return render(request, "home.html")


@require_GET
@require("view")
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/components.html", examples())
