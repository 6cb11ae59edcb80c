"""Pages of staff about messages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.channels.pausing import list_pauses
from campaigns.deliveries import selectors
from campaigns.deliveries.models import Decision
from kernel.access.permissions import require

_LAST_ID = 2**62
_TONES = {
    "sent": "ok",
    "held_back": "warn",
    "delayed": "info",
    "failed": "danger",
    "unknown": "danger",
}


@require_GET
@require("view")
def activity(request: HttpRequest) -> HttpResponse:
    outcome = request.GET.get("outcome", "")
    before = request.GET.get("before", "")
    rows = selectors.list_activity(
        before=int(before) if before.isdecimal() and len(before) < 19 else _LAST_ID,
        outcome=outcome if outcome in Decision.Outcome.values else "",
    )
    shown = rows[: selectors.PAGE]
    options = [("", "All"), *((value, label) for value, label in Decision.Outcome.choices)]
    context = {
        "rows": [(row, _TONES[row.outcome], Decision.Outcome(row.outcome).label) for row in shown],
        "more": shown[-1].id if len(rows) > selectors.PAGE else None,
        "is_first": not before,
        "pauses": list_pauses(),
        "outcomes": [
            (label, f"?outcome={value}" if value else request.path, value == outcome, "")
            for value, label in options
        ],
    }
    return render(request, "campaigns/deliveries/activity.html", context)
