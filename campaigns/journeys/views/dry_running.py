"""Dry runs over real days: asking for one, and what it found."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.journeys import selectors
from campaigns.journeys.forms.dry_running import DryRunForm
from campaigns.journeys.rules.dry_results import Outcome, read_outcome
from campaigns.journeys.rules.reasons import say_reason
from campaigns.journeys.services.drafting import shown_definition
from campaigns.journeys.services.dry_run_queue import ask_dry_run
from campaigns.journeys.trial_models import DryRun
from campaigns.journeys.views.building import find_journey
from campaigns.journeys.views.canvas import canvas_of
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Invalid
from kernel.http.htmx import wants_partial


@require_http_methods(["GET", "POST"])
@require("edit")
def dry_runs(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for a dry run of the draft; the latest ones are listed."""
    journey, now = find_journey(key), timezone.now()
    numbers = list(journey.versions.order_by("-number").values_list("number", flat=True))
    form = DryRunForm(numbers, request.POST or None)
    if request.method == "POST" and form.is_valid():
        parts = {"Draft": shown_definition(journey)}
        beside = form.cleaned_data["beside"]
        if beside is not None:
            parts[f"Version {beside}"] = journey.versions.get(number=beside).definition
        try:
            asked = ask_dry_run(
                journey, parts, days=form.cleaned_data["days"],
                with_imports=form.cleaned_data["with_imports"],
                actor=actor_of(request.user), now=now,
            )  # fmt: skip
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            return redirect("campaigns:journey-dry-run", key=key, run=asked.key)
    context = {
        "journey": journey,
        "form": form,
        "runs": DryRun.objects.filter(journey=journey).order_by("-asked_at")[:20],
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/journeys/dry_runs.html", context, status=status)


@require_GET
@require("view")
def dry_run(request: HttpRequest, key: UUID, run: UUID) -> HttpResponse:
    """Show what a dry run found; the page asks again while it is being made."""
    journey = find_journey(key)
    found = DryRun.objects.filter(journey=journey, key=run).first()
    if found is None:
        raise Http404("There is no such dry run of this journey.")
    outcomes = [
        read_outcome(part["label"], result)
        for part, result in zip(found.parts, found.results, strict=False)
    ]
    context: dict[str, Any] = {
        "journey": journey,
        "run": found,
        "is_open": found.status in {"asked", "running"},
        "outcomes": outcomes,
        "ways": [(one.label, _ways(one)) for one in outcomes],
    }
    if outcomes:
        first = found.parts[0]["definition"]
        figures = {name: f"{total} arrived" for name, total in outcomes[0].arrivals.items()}
        context["canvas"] = canvas_of(first, selectors.find_known(), figures=figures)
    template = "campaigns/journeys/dry_run.html" + ("#found" if wants_partial(request) else "")
    return render(request, template, context)


def _ways(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    return [(node, next_, say_reason(reason), str(n)) for node, next_, reason, n in outcome.ways]
