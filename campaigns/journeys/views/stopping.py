"""Pausing, resuming and ending a journey; moving people of older versions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.journeys import selectors
from campaigns.journeys.forms.stopping import MoveForm, StopForm
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import migrating, pausing
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, Invalid


@require_http_methods(["GET", "POST"])
@require("publish")
def stop(request: HttpRequest, key: UUID) -> HttpResponse:
    """Choose what becomes of entries and of the people inside."""
    journey = get_journey(key)
    form = StopForm(journey.status, request.POST or None)
    if request.method == "POST" and form.is_valid():
        act: Any = {
            "pause": pausing.pause_journey,
            "end": pausing.end_journey,
            "resume": pausing.resume_journey,
        }[form.verb]
        try:
            act(journey, actor=actor_of(request.user), now=timezone.now(), **form.settings)
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            journey.refresh_from_db()
            messages.success(request, f"“{journey.name}” is {journey.status} now.")
            return redirect("campaigns:journey", key=key)
    context = {
        "journey": journey,
        "form": form,
        "inside": selectors.count_inside(journey.pk),
        "overdue": pausing.count_overdue(journey, now=timezone.now()),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/journeys/stop.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require("publish")
def versions(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show where people of older versions stand, and move them by step."""
    journey = get_journey(key)
    steps = migrating.list_old_steps(journey)
    form = MoveForm(steps, migrating.list_targets(journey), request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request.user), timezone.now()
        try:
            moved = migrating.migrate_people(journey, form.choices, actor=actor, now=now)
        except (Conflict, Invalid) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{moved:,} people are moved or taken out.")
            return redirect("campaigns:journey-versions", key=key)
    context = {
        "journey": journey,
        "form": form,
        "versions": journey.versions.order_by("-number"),
        "inside": {row.number: row.inside for row in selectors.count_inside(journey.pk)},
        "rows": [(step, form[f"step_{place}"]) for place, step in enumerate(steps)],
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/journeys/versions.html", context, status=status)
