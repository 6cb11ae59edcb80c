"""Pages: pulls from databases, a new one, what its columns mean, and what its runs did."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError
from kernel.ui.forms import show_error
from profiles.imports.forms import PullForm, open_mapping_form
from profiles.imports.models import Pull, PullRun
from profiles.imports.services import pulls as services

_SHOWN_RUNS = 50
_ACTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "run": (services.run_pull_soon, "The pull runs now, and on its schedule from then on."),
    "pause": (services.pause_pull, "The pull rests until somebody lets it run again."),
    "delete": (services.delete_pull, "The pull is deleted. What it brought stays."),
}


@require_GET
@require("view")
def pulls(request: HttpRequest) -> HttpResponse:
    newest = PullRun.objects.filter(pull=OuterRef("pk")).order_by("-id")
    found = Pull.objects.select_related("source").order_by("name").annotate(
        last_status=Subquery(newest.values("status")[:1]),
        last_at=Subquery(newest.values("started_at")[:1]),
        last_rows=Subquery(newest.values("accepted")[:1]),
    )  # fmt: skip
    return render(request, "profiles/imports/pulls.html", {"pulls": found})


@require_http_methods(["GET", "POST"])
@require("administer")
def new_pull(request: HttpRequest) -> HttpResponseBase:
    form = PullForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_pull(
                services.PullDraft(**form.cleaned_data),
                actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            show_error(form, error)
        else:
            return redirect("profiles:pull-mapping", key=made.key)
    status = 422 if form.is_bound else 200
    return render(request, "profiles/imports/pull_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("administer")
def mapping(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = services.get_pull(key)
    try:
        sample = services.read_first_rows(found)
    except (DomainError, ValueError) as error:
        messages.error(request, str(error))
        return redirect("profiles:pull", key=key)
    form = open_mapping_form(
        request.POST or None, kind=found.kind, sample=sample, kept=found.mapping
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.map_pull(
                key, mapping=form.mapping(), actor=actor_of(request.user), now=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("profiles:pull", key=key)
    context = {"pull": found, "form": form, "rows": form.rows(sample.rows)}
    status = 422 if form.is_bound else 200
    return render(request, "profiles/imports/pull_mapping.html", context, status=status)


@require_GET
@require("view")
def pull(request: HttpRequest, key: UUID) -> HttpResponse:
    found = services.get_pull(key)
    context = {"pull": found, "runs": found.runs.order_by("-id")[:_SHOWN_RUNS]}
    return render(request, "profiles/imports/pull.html", context)


@require_POST
@require("administer")
def act(request: HttpRequest, key: UUID, action: str) -> HttpResponseBase:
    service, done = _ACTIONS[action]
    try:
        service(key, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("profiles:pull", key=key)
    messages.success(request, done)
    return redirect("profiles:pulls") if action == "delete" else redirect("profiles:pull", key=key)
