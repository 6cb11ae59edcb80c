"""Pages: sources and their health, the live stream of events, and the quarantine."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import DomainError
from profiles.schema.selectors import suggest_events
from profiles.touchpoints import overview_queries
from profiles.touchpoints.forms import SourceForm
from profiles.touchpoints.models import Source, Touchpoint
from profiles.touchpoints.overview_queries import LatestRow, QuarantinedRow
from profiles.touchpoints.services.replaying import replay_quarantined
from profiles.touchpoints.services.sources import create_source

LATEST = 50
# Among so many the events of one source are looked for; the page asks every three seconds.
REACH = 10_000
QUARANTINE_PAGE = 50


@require_GET
@require("view")
def sources(request: HttpRequest) -> HttpResponse:
    found = overview_queries.list_sources(now=timezone.now())
    context = {
        "sources": found, "quarantine": overview_queries.count_quarantined(),
        "url": settings.PUBLIC_URL,
    }  # fmt: skip
    return render(request, "profiles/touchpoints/sources.html", context)


@require_http_methods(["GET", "POST"])
@require("administer")
def new_source(request: HttpRequest) -> HttpResponseBase:
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source, write_key = create_source(
                form.cleaned_data["name"], starts_journeys=form.cleaned_data["starts_journeys"],
                actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error("name", error.message)
        else:
            context = {"source": source, "write_key": write_key, "url": settings.PUBLIC_URL}
            return render(request, "profiles/touchpoints/source_created.html", context)
    status = 422 if form.is_bound else 200
    return render(request, "profiles/touchpoints/source_form.html", {"form": form}, status=status)


@require_GET
@require("view")
def events(request: HttpRequest) -> HttpResponse:
    chosen, event = request.GET.get("source", ""), request.GET.get("event", "").replace("\0", "")
    source_id = int(chosen) if chosen.isdecimal() and len(chosen) < 9 else None
    rows = overview_queries.list_latest(
        source_id=source_id, event=event.strip(), limit=LATEST, reach=REACH
    )
    is_masked = not may(request.user, "view_personal_data")
    context = {
        "rows": [_shown(row, is_masked=is_masked) for row in rows],
        "is_masked": is_masked, "chosen": source_id, "event": event.strip(), "reach": REACH,
        "sources": Source.objects.order_by("name").values_list("id", "name")[:500],
        "events": [name for name, _ in suggest_events(now=timezone.now())],
    }  # fmt: skip
    part = "#rows" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"profiles/touchpoints/events.html{part}", context)


@require_GET
@require("view_personal_data")
def quarantine(request: HttpRequest) -> HttpResponse:
    reason, before = request.GET.get("reason", "")[:64], request.GET.get("before", "")
    before_id = int(before) if before.isdecimal() and len(before) < 19 else None
    rows = overview_queries.list_quarantined(
        reason=reason, before_id=before_id, limit=QUARANTINE_PAGE + 1
    )
    context = {
        "rows": [_quarantined(row) for row in rows[:QUARANTINE_PAGE]], "reason": reason,
        "more": rows[QUARANTINE_PAGE - 1].id if len(rows) > QUARANTINE_PAGE else None,
        "reasons": overview_queries.count_quarantined(),
    }  # fmt: skip
    return render(request, "profiles/touchpoints/quarantine.html", context)


@require_POST
@require("publish")
def replay(request: HttpRequest) -> HttpResponseBase:
    chosen = request.POST.get("id", "")
    stored, refused = replay_quarantined(
        reason=request.POST.get("reason", "")[:64],
        only_id=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None,
        actor=actor_of(request.user), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, f"{stored:,} events were stored; {refused:,} stay in quarantine.")
    return redirect("profiles:quarantine")


def _shown(row: LatestRow, *, is_masked: bool) -> dict[str, Any]:
    raw = {"properties": row.properties, "context": row.context}
    return {
        "row": row, "kind": Touchpoint.Type(row.type).label,
        "ids": _ids(row.context.get("ids")) if not is_masked else [],
        "was_corrected": row.original_at is not None and row.original_at != row.occurred_at,
        "raw": "" if is_masked else json.dumps(raw, indent=2, ensure_ascii=False),
    }  # fmt: skip


def _ids(ids: object) -> Sequence[tuple[str, str]]:
    return (
        [(kind.replace("_", " "), value) for kind, value in ids.items()]
        if isinstance(ids, dict)
        else []
    )


def _quarantined(row: QuarantinedRow) -> dict[str, Any]:
    if not row.body:
        return {"row": row, "raw": ""}
    kept = json.loads(bytes(row.body))
    return {"row": row, "raw": json.dumps(kept.get("message"), indent=2, ensure_ascii=False)}
