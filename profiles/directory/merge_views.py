"""Pages: merging two people with a preview, and undoing it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError, NotFound
from profiles.customers.models import Customer, Merge
from profiles.directory import selectors
from profiles.touchpoints.services.explicit_merges import (
    merge_explicitly,
    preview_merge,
    undo_merge,
)


@require_http_methods(["GET", "POST"])
@require("publish")
def merge(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Preview and make a merge."""
    winner = _find(key)
    query = (request.POST.get("other") or request.GET.get("other") or "").strip()[:255]
    others = selectors.find_ids(query) if query else []
    context: dict[str, object] = {"winner": winner, "query": query, "reason": ""}
    status = 200
    try:
        if query and len(others) != 1:
            context["problem"] = "Nobody has this id." if not others else "Several people match."
        elif others:
            context["preview"] = preview_merge(winner_id=winner.id, loser_id=others[0])
        if request.method == "POST" and len(others) == 1:
            context["reason"] = request.POST.get("reason", "")
            merge_explicitly(
                winner_id=winner.id, loser_id=others[0], reason=request.POST.get("reason", ""),
                actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
            messages.success(request, "They are one person now. You can undo it here.")
            return redirect("profiles:identities", key=winner.key)
    except DomainError as error:
        context["problem"] = error.message
        status = 422 if request.method == "POST" else 200
    return render(request, "profiles/directory/merge.html", context, status=status)


@require_POST
@require("publish")
def undo(request: HttpRequest, key: UUID, merge_id: int) -> HttpResponseBase:
    """Undo a merge."""
    winner = _find(key)
    if not Merge.objects.filter(id=merge_id, winner=winner).exists():
        raise NotFound("This person has no such merge.")
    try:
        undo_merge(merge_id, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "They are two people again, each with their own events.")
    return redirect("profiles:identities", key=winner.key)


def _find(key: UUID) -> Customer:
    customer = selectors.find_person(key)
    if customer is None or customer.merged_into_id or customer.erased_at:
        raise NotFound("There is no such person.")
    return customer
