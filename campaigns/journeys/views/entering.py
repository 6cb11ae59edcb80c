"""Letting people into a live journey by hand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.journeys import selectors
from campaigns.journeys.forms.people import PeopleForm
from campaigns.journeys.models import Journey
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services.enroll import let_in_by_hand, let_in_segment
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict
from profiles import facade as profiles
from profiles.contracts import CustomerId, IdentityRef


@require_http_methods(["GET", "POST"])
@require("publish")
def let_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """Choose a segment or list people, and let them in."""
    journey = get_journey(key)
    form = PeopleForm(selectors.find_known().segments, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _let_in(request, journey, form)
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            return redirect("campaigns:journey", key=key)
    context = {"journey": journey, "form": form}
    status = 422 if form.errors else 200
    return render(request, "campaigns/journeys/let_in.html", context, status=status)


def _let_in(request: HttpRequest, journey: Journey, form: PeopleForm) -> None:
    now, actor = timezone.now(), actor_of(request.user)
    segment = form.cleaned_data["segment"]
    if segment:
        let_in_segment(journey, segment, actor=actor, now=now)
        messages.success(request, f"Everybody in the segment enters “{journey.name}” shortly.")
        return
    ids, unknown = _find_people(form.cleaned_data["people"])
    entered = let_in_by_hand(journey, ids, actor=actor, now=now)
    told = f"{entered:,} of {len(ids):,} people entered “{journey.name}”."
    if unknown:
        told += f" {unknown:,} of the lines name nobody we know."
    messages.success(request, told)


def _find_people(lines: list[str]) -> tuple[list[CustomerId], int]:
    """Return whom the lines name, and how many lines name nobody."""
    found: dict[CustomerId, None] = {}
    unknown = 0
    for line in lines:
        kind, has_kind, value = line.partition(":")
        ref = IdentityRef(kind=kind, value=value) if has_kind else None
        ref = ref or IdentityRef(kind="email" if "@" in line else "user_id", value=line)
        person = profiles.find_customer(ref)
        if person is None:
            unknown += 1
        else:
            found[person.id] = None
    return list(found), unknown
