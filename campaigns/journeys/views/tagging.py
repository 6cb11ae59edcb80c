"""Tags of journeys."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services.tagging import set_tags
from kernel.access.actors import actor_of
from kernel.access.permissions import require


@require_POST
@require("edit")
def tags(request: HttpRequest, key: UUID) -> HttpResponse:
    """Replace the tags of a journey."""
    wanted = request.POST.get("tags", "")[:800].split(",")
    set_tags(get_journey(key), wanted, actor=actor_of(request.user), now=timezone.now())
    return redirect("campaigns:journey", key=key)
