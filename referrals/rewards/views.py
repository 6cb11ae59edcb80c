"""Pages of rewards: the ledger, one reward, the decision about a finding; and a program's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict
from referrals.programs.models import Program
from referrals.rewards import panels, services
from referrals.rewards.forms import CHOICES, DecisionForm, FilterForm, ReasonForm
from referrals.rewards.models import Grant
from referrals.rewards.selectors import list_entries, list_grants

PAGE = 50


@require_GET
@require("view")
def program(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Program.objects.select_related("live_version"), key=key)
    context = panels.program_page(found, user=request.user, now=timezone.now())
    return render(request, "referrals/programs/detail.html", context)


@require_GET
@require("view")
def rewards(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    form.is_valid()
    status = form.cleaned_data.get("status", "")
    page = form.cleaned_data.get("page") or 1
    # One row more than a page says whether there is a next one; nothing is counted.
    grants = list(list_grants(status=status)[(page - 1) * PAGE : page * PAGE + 1])
    context = {
        **panels.rewards_page(grants[:PAGE], user=request.user),
        "statuses": [
            (label, f"?status={value}" if value else "?", value == status)
            for value, label in CHOICES
        ],
        "previous_page": page - 1,
        "next_page": page + 1 if len(grants) > PAGE else None,
    }
    return render(request, "referrals/rewards/list.html", context)


@require_http_methods(["GET", "POST"])
@require("view")
def grant(request: HttpRequest, key: str) -> HttpResponseBase:
    found = get_object_or_404(Grant.objects.select_related("program", "referral"), key=key)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        return _reverse(request, found, form)
    return _grant_page(request, found, form)


@require("publish")
def _reverse(request: HttpRequest, found: Grant, form: ReasonForm) -> HttpResponse:
    if form.is_valid():
        try:
            services.reverse_grant(
                found.pk,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request.user),
                now=timezone.now(),
            )
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The reward was taken back and the ledger corrected.")
            return redirect("referrals:grant", key=found.key)
    return _grant_page(request, found, form, status=422)


def _grant_page(
    request: HttpRequest, found: Grant, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    names = panels.Names([found.customer_id], user=request.user)
    context = {
        **panels.grant_row(found, names),
        "entries": list_entries(found),
        "form": form,
        "can_reverse": found.status in {"held", "granted"} and may(request.user, "publish"),
    }
    return render(request, "referrals/rewards/detail.html", context, status=status)


@require_POST
@require("publish")
def decide(request: HttpRequest, finding_id: int) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was decided: give a reason for the decision.")
        return redirect("referrals:rewards")
    is_abuse = form.cleaned_data["decision"] == "confirm"
    try:
        services.decide_finding(
            finding_id,
            is_abuse=is_abuse,
            reason=form.cleaned_data["reason"],
            actor=actor_of(request.user),
            now=timezone.now(),
        )
    except Conflict as error:
        messages.error(request, error.message)
    else:
        done = "confirmed and the rewards taken back" if is_abuse else "cleared; the rewards go on"
        messages.success(request, f"The finding was {done}.")
    return redirect("referrals:rewards")
