"""Journeys as files: JSON with the names of templates and segments beside their keys."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from campaigns.journeys import selectors
from campaigns.journeys.models import JourneyDraft
from campaigns.journeys.rules.exchange import write_file
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import drafting
from campaigns.journeys.trial_models import JourneySpec
from kernel.access.permissions import require
from kernel.errors import NotFound
from kernel.http.numbers import read_number


@require_GET
@require("view")
def export(request: HttpRequest, key: UUID) -> HttpResponse:
    """Download a version by its number, else the draft, else the live version."""
    journey = get_journey(key)
    number = read_number(request.GET.get("version", ""), most_digits=8)
    definition: dict[str, Any] | None = None
    draft = JourneyDraft.objects.filter(journey=journey).first()
    if number is not None:
        version = journey.versions.filter(number=number).first()
        definition = version.definition if version else None
    elif draft is not None:
        definition = drafting.shown_edit(draft).definition
    elif journey.live_version is not None:
        definition = journey.live_version.definition
    if definition is None:
        raise NotFound("There is no such version.")
    specs = dict(JourneySpec.objects.filter(journey=journey).values_list("name", "document"))
    body = write_file(journey.name, definition, selectors.find_known(), specs)
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="journey-{journey.key}.json"'
    return answer
