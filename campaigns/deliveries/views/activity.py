"""Pages of staff about messages."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.channels.pausing import list_pauses
from campaigns.deliveries import selectors
from campaigns.deliveries.messages import LAST_ID
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.rules import OUTCOMES, reason_text
from campaigns.deliveries.services.settle import settle_failed, settle_unknown
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid
from kernel.http.numbers import read_number
from profiles import facade as profiles
from profiles.contracts import CustomerId


@require_GET
@require("view")
def activity(request: HttpRequest) -> HttpResponse:
    outcome = request.GET.get("outcome", "")
    before = request.GET.get("before", "")
    rows = selectors.list_activity(
        before=read_number(before) or LAST_ID,
        outcome=outcome if outcome in OUTCOMES else "",
    )
    shown = rows[: selectors.PAGE]
    options = [("", "All"), *((value, label) for value, (label, _) in OUTCOMES.items())]
    names = _names(request, shown)
    context = {
        "rows": [(row, *OUTCOMES[row.outcome], names[row.customer_id]) for row in shown],
        "more": shown[-1].id if len(rows) > selectors.PAGE else None,
        "is_first": not before,
        "pauses": list_pauses(),
        "outcome": outcome,
        "outcomes": [
            (label, f"?outcome={value}" if value else request.path, value == outcome, "")
            for value, label in options
        ],
    }
    return render(request, "campaigns/deliveries/activity.html", context)


@require_http_methods(["GET", "POST"])
@require("publish")
def settle(request: HttpRequest, key: UUID) -> HttpResponse:
    return _settle(request, key, settle_unknown, "campaigns/deliveries/settle.html")


@require_http_methods(["GET", "POST"])
@require("publish")
def repeat(request: HttpRequest, key: UUID) -> HttpResponse:
    return _settle(request, key, settle_failed, "campaigns/deliveries/repeat.html")


def _names(request: HttpRequest, rows: list[selectors.ActivityRow]) -> dict[int, str]:
    """Return what the people are called: by name only for those who may see personal data."""
    ids = {row.customer_id for row in rows}
    names = {customer_id: f"Profile {customer_id}" for customer_id in ids}
    if may(request.user, "view_personal_data"):
        people = profiles.get_customers([CustomerId(customer_id) for customer_id in ids])
        names |= {int(known): person.display_name for known, person in people.items()}
    return names


def _settle(
    request: HttpRequest, key: UUID, decide: Callable[..., Delivery], template: str
) -> HttpResponse:
    delivery = get_object_or_404(
        Delivery.objects.select_related("template_version__template"), key=key
    )
    error = ""
    if request.method == "POST":
        try:
            delivery = decide(
                key,
                verdict=request.POST.get("verdict", ""),
                reason=request.POST.get("reason", ""),
                actor=actor_of(request.user),
                now=timezone.now(),
            )
        except (Conflict, Invalid) as refused:
            error = str(refused)
        else:
            messages.success(request, reason_text(delivery.reason))
            return redirect("campaigns:messages")
    context = {"delivery": delivery, "why": reason_text(delivery.reason), "error": error}
    return render(request, template, context, status=422 if error else 200)
