"""The components page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.access.permissions import require
from mcps_site.components import examples


@require_GET
@require("view")
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/components.html", examples())
