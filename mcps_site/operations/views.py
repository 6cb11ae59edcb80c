"""The operations page, the audit log and retention, for admins."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kernel import audit
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, NotFound
from kernel.events import replay
from kernel.retention.contracts import retained_logs
from kernel.retention.selectors import list_retained
from kernel.retention.services import choose_retention
from mcps_site.operations.deeds import find_entries, list_deeds
from mcps_site.operations.forms import AuditFilter, RetentionForm
from mcps_site.operations.state import read_state

ENTRIES_ON_A_PAGE = 50


@require_GET
@require("administer")
def state(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "operations/state.html", {"state": read_state(now=now), "now": now})


@require_POST
@require("administer")
def replay_parked(request: HttpRequest, parked_id: int) -> HttpResponse:
    now = timezone.now()
    audit.record(
        actor=actor_of(request.user), verb="replayed", object_type="parked_fact",
        object_id=parked_id, now=now,
    )  # fmt: skip
    try:
        replay(parked_id, now=now)
        messages.success(request, "The fact was handled this time.")
    except (Conflict, NotFound) as error:
        messages.error(request, error.message)
    return redirect("operations:state")


@require_GET
@require("administer")
def audit_log(request: HttpRequest) -> HttpResponse:
    form = AuditFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    deeds = list_deeds(find_entries(wanted)[: ENTRIES_ON_A_PAGE + 1]) if form.is_valid() else []
    shown = deeds[:ENTRIES_ON_A_PAGE]
    context = {
        "form": form,
        "deeds": shown,
        "older_than": shown[-1].entry.pk if len(deeds) > len(shown) else None,
        "is_filtered": any(wanted.values()),
    }
    status = 200 if form.is_valid() else 422
    return render(request, "operations/audit.html", context, status=status)


@require_GET
@require("administer")
def retention(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/retention.html", {"logs": list_retained()})


@require_POST
@require("administer")
def choose_retained(request: HttpRequest, log: str) -> HttpResponse:
    label = retained_logs.get(log).label
    form = RetentionForm(request.POST)
    if not form.is_valid():
        context = {
            "logs": list_retained(),
            "wrong_log": log,
            "problem": form.errors["keep_days"][0],
        }
        return render(request, "operations/retention.html", context, status=422)
    days = form.cleaned_data["keep_days"]
    choose_retention(log, keep_days=days, actor=actor_of(request.user), now=timezone.now())
    kept = f"for {days:,} days" if days else "for ever"
    messages.success(request, f"{label}: kept {kept}.")
    return redirect("operations:retention")
