"""Tags of templates, and taking one out of use."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.content import keeping
from campaigns.content.selectors import get_template
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict


@require_POST
@require("edit")
def tags(request: HttpRequest, key: UUID) -> HttpResponse:
    wanted = request.POST.get("tags", "")[:800].split(",")
    keeping.set_tags(get_template(key), wanted, actor=actor_of(request.user), now=timezone.now())
    return redirect("campaigns:template", key=key)


@require_POST
@require("edit")
def utm(request: HttpRequest, key: UUID) -> HttpResponse:
    keeping.set_utm(
        get_template(key), takes_utm=request.POST.get("takes_utm") == "yes",
        campaign=request.POST.get("utm_campaign", ""), actor=actor_of(request.user),
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, "Saved. It holds for every link that is followed from now on.")
    return redirect("campaigns:template", key=key)


@require_POST
@require("publish")
def archive(request: HttpRequest, key: UUID) -> HttpResponse:
    is_archived = request.POST.get("archive") == "yes"
    try:
        keeping.set_archived(
            get_template(key), is_archived=is_archived, actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("campaigns:template", key=key)
