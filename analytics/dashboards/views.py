"""The Overview and its exports."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from analytics.dashboards.exports import read_table
from analytics.dashboards.panels import build_page
from analytics.dashboards.queries import has_facts
from analytics.dashboards.rules import Period, period_of, read_days
from analytics.dashboards.selectors import read_overview
from kernel.access.permissions import require
from kernel.errors import NotFound
from kernel.http.downloads import csv_answer
from kernel.ui.links import find_url


@require_GET
@require("view")
def overview(request: HttpRequest) -> HttpResponse:
    if not has_facts():
        return render(request, "analytics/dashboards/start.html", {"links": _first_steps()})
    context = build_page(read_overview(_period(request)))
    return render(request, "analytics/dashboards/overview.html", context)


@require_GET
@require("view")
def export(request: HttpRequest, table: str) -> StreamingHttpResponse:
    period = _period(request)
    try:
        rows = read_table(table, period)
    except KeyError:
        raise NotFound(f"There is no table “{table}” to export.") from None
    return csv_answer(f"overview-{table}-{period.days}d", rows)


def _period(request: HttpRequest) -> Period:
    days = read_days(request.GET.get("days"))
    return period_of(days, now=timezone.now(), zone=settings.TIME_ZONE)


def _first_steps() -> dict[str, str]:
    pages = {
        "sources": "profiles:sources",
        "people": "profiles:list",
        "journeys": "campaigns:journeys",
    }
    return {name: find_url(url) for name, url in pages.items()}
