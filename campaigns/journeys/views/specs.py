"""The specs of a journey: listed with their verdicts on the draft, added, changed, thrown away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.journeys import selectors
from campaigns.journeys.forms.specs import SpecForm
from campaigns.journeys.models import Journey
from campaigns.journeys.rules.specs import SpecDocument
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import specifying
from campaigns.journeys.services.drafting import shown_definition
from campaigns.journeys.trial_models import JourneySpec
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, NotFound


@require_GET
@require("edit")
def specs(request: HttpRequest, key: UUID) -> HttpResponse:
    """Run every spec through the draft and show what differs."""
    journey = get_journey(key)
    verdicts = specifying.run_specs(journey, shown_definition(journey), now=timezone.now())
    context = {"journey": journey, "verdicts": verdicts}
    return render(request, "campaigns/journeys/specs.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_spec(request: HttpRequest, key: UUID) -> HttpResponse:
    """Add a spec."""
    return _edit(request, get_journey(key), None)


@require_http_methods(["GET", "POST"])
@require("edit")
def spec(request: HttpRequest, key: UUID, spec: UUID) -> HttpResponse:
    """Change a spec, or throw it away."""
    journey = get_journey(key)
    found = JourneySpec.objects.filter(journey=journey, key=spec).first()
    if found is None:
        raise NotFound("There is no such spec of this journey.")
    if request.POST.get("op") == "delete":
        specifying.delete_spec(found, actor=actor_of(request.user), now=timezone.now())
        messages.success(request, f"The spec “{found.name}” is deleted.")
        return redirect("campaigns:journey-specs", key=key)
    return _edit(request, journey, found)


def _edit(request: HttpRequest, journey: Journey, found: JourneySpec | None) -> HttpResponse:
    document = SpecDocument.model_validate(found.document) if found else None
    form = SpecForm(
        selectors.find_known(), request.POST or None, document, found.name if found else ""
    )
    if request.method == "POST" and form.is_valid():
        try:
            specifying.save_spec(
                journey, found, name=form.cleaned_data["name"], document=form.document(),
                actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            return redirect("campaigns:journey-specs", key=journey.key)
    context = {"journey": journey, "form": form, "spec": found}
    status = 422 if form.errors else 200
    return render(request, "campaigns/journeys/spec.html", context, status=status)
