"""The start page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kernel.access.permissions import require
from kernel.ui import navigation


@require_GET
@require("view")
def home(request: HttpRequest) -> HttpResponse:
    overview = navigation.find_overview()
    if overview is not None and overview.url != request.path:
        return redirect(overview.url)
    return render(request, "home.html")
