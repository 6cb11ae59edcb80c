"""Dry runs over real days: asking for one, and what it found."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.deliveries.models import Decision
from campaigns.deliveries.rules import reason_text
from campaigns.journeys import selectors
from campaigns.journeys.forms.dry_running import DryRunForm
from campaigns.journeys.models import Journey
from campaigns.journeys.rules.dry_results import HEAVY, Outcome, read_outcome
from campaigns.journeys.rules.reasons import say_reason
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services.drafting import shown_definition
from campaigns.journeys.services.dry_run_queue import ask_dry_run
from campaigns.journeys.trial_models import DryRun
from campaigns.journeys.views.canvas import canvas_of
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Invalid, NotFound
from kernel.http.htmx import wants_partial
from kernel.http.numbers import read_number


@require_http_methods(["GET", "POST"])
@require("edit")
def dry_runs(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for a dry run of the draft; the latest ones are listed."""
    journey, now = get_journey(key), timezone.now()
    numbers = list(journey.versions.order_by("-number").values_list("number", flat=True))
    drafts = Journey.objects.filter(draft__isnull=False).exclude(pk=journey.pk).order_by("name")
    form = DryRunForm(numbers, list(drafts.values_list("key", "name")), request.POST or None)
    if request.method == "POST" and form.is_valid():
        parts = {"Draft": shown_definition(journey)}
        parts |= _beside(journey, form.cleaned_data["beside"])
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


def _beside(journey: Journey, chosen: str) -> dict[str, Any]:
    """Return what is put beside the draft: a version by its number, or the draft of another journey."""
    if not chosen:
        return {}
    if chosen.isdecimal():
        return {f"Version {chosen}": journey.versions.get(number=int(chosen)).definition}
    other = selectors.get_journey(UUID(chosen))
    return {f"Draft of “{other.name}”": shown_definition(other)}


@require_GET
@require("view")
def dry_run(request: HttpRequest, key: UUID, run: UUID) -> HttpResponse:
    """Show what a dry run found; the page asks again while it is being made."""
    journey = get_journey(key)
    found = DryRun.objects.filter(journey=journey, key=run).first()
    if found is None:
        raise NotFound("There is no such dry run of this journey.")
    asked = read_number(request.GET.get("many", ""), most_digits=3)
    many = HEAVY if asked is None else asked
    outcomes = [
        read_outcome(part["label"], result, heavy_from=many, prices=settings.MESSAGE_PRICES)
        for part, result in zip(found.parts, found.results, strict=False)
    ]
    known = selectors.find_known()
    context: dict[str, Any] = {
        "journey": journey,
        "run": found,
        "is_open": found.status in {"asked", "running"},
        "outcomes": outcomes,
        "many": many,
        "sends": [(one, _held_back(one)) for one in outcomes],
        "ways": [
            (one.label, _ways(one, canvas_of(part["definition"], known).titles))
            for one, part in zip(outcomes, found.parts, strict=False)
        ],
    }
    if outcomes:
        first = found.parts[0]["definition"]
        figures = {name: f"{total} arrived" for name, total in outcomes[0].arrivals.items()}
        context["canvas"] = canvas_of(first, known, figures=figures)
    template = "campaigns/journeys/dry_run.html" + ("#found" if wants_partial(request) else "")
    return render(request, template, context)


def _held_back(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [
        (channel, f"{Decision.Outcome(verdict).label}: {reason_text(reason)}", str(total))
        for channel, verdict, reason, total in outcome.held_back
    ]


def _ways(outcome: Outcome, titles: dict[str, str]) -> list[tuple[str, str, str, str]]:
    return [
        (titles.get(node, node), titles.get(next_, next_), say_reason(reason), str(total))
        for node, next_, reason, total in outcome.ways
    ]
