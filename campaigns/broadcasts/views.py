"""Pages of broadcasts: list and calendar, the wizard, progress and results."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.broadcasts import selectors, words
from campaigns.broadcasts.forms import AudienceForm, MessageForm, TimeForm
from campaigns.broadcasts.models import Broadcast
from campaigns.broadcasts.months import month_of
from campaigns.broadcasts.rules import Status, Timing
from campaigns.broadcasts.services import drafting
from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_key
from kernel.ui.forms import show_error

_STEPS = (("audience", "Audience"), ("message", "Message"), ("time", "Time"), ("review", "Review"))


@require_GET
@require("view")
def broadcasts(request: HttpRequest) -> HttpResponse:
    rows = [
        (each, words.TONES[Status(each.status)], words.say_when(each))
        for each in selectors.list_broadcasts()
    ]
    return render(request, "campaigns/broadcasts/list.html", {"broadcasts": rows})


@require_GET
@require("view")
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month with what starts on each of its days."""
    month = month_of(request.GET.get("month", ""), now=timezone.localtime())
    found = selectors.list_between(month.start, month.end)
    return render(request, "campaigns/broadcasts/calendar.html", {"month": month.fill(found)})


@require_http_methods(["GET", "POST"])
@require("edit")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft with its name and audience."""
    form = AudienceForm(posted=request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request.user), timezone.now()
        parts = {name: form.cleaned_data[name] for name in form.fields if name != "name"}
        try:
            made = drafting.create_broadcast(
                form.cleaned_data["name"], key=new_key(now=now), parts=parts, actor=actor, now=now
            )
        except (Conflict, Invalid) as error:
            show_error(form, error, otherwise="name")
        else:
            return redirect("campaigns:broadcast-message", key=made.key)
    return _show(request, None, "audience", form)


@require_http_methods(["GET", "POST"])
@require("edit")
def audience(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _draft(key)
    form = AudienceForm(found, request.POST or None)
    return _step(request, found, "audience", form, following="message")


@require_http_methods(["GET", "POST"])
@require("edit")
def message(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _draft(key)
    form = MessageForm(found, request.POST or None)
    return _step(request, found, "message", form, following="time")


@require_http_methods(["GET", "POST"])
@require("edit")
def time(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _draft(key)
    form = TimeForm(found, request.POST or None)
    return _step(request, found, "time", form, following="review")


@require_http_methods(["GET", "POST"])
@require("edit")
def review(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what a start would do; starting itself asks for the permission to publish."""
    found, now, refused = _draft(key), timezone.now(), ""
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        try:
            drafting.start_broadcast(key, actor=actor_of(request.user), now=now)
        except (Conflict, Invalid) as error:
            refused = str(error)
        else:
            messages.success(request, f"“{found.name}” is started.")
            return redirect("campaigns:broadcast", key=key)
    context = {
        **_frame(found, "review"),
        "estimate": selectors.estimate(found, now=now),
        "included": selectors.name_segments(found.included),
        "excluded": selectors.name_segments(found.excluded),
        "when": words.say_when(found),
        "may_publish": may(request.user, "publish"),
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "campaigns/broadcasts/review.html", context, status=status)


@require_GET
@require("view")
def broadcast(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show how far a broadcast is and what came of it; a draft goes on where it was left."""
    found = selectors.get_broadcast(key)
    if found.status == Status.DRAFT and may(request.user, "edit"):
        return redirect("campaigns:broadcast-review", key=key)
    context = {
        "broadcast": found,
        "tone": words.TONES[Status(found.status)],
        "when": words.say_when(found),
        "included": selectors.name_segments(found.included),
        "excluded": selectors.name_segments(found.excluded),
        "outcomes": words.list_outcomes(found.figures),
        "reactions": words.list_reactions(found.figures) if found.figures else (),
        "effect": words.say_goal(found),
        "share": found.rollout[found.step],
        "can_be_stopped": found.status in {"scheduled", "gathering", "running"},
        "may_publish": may(request.user, "publish"),
    }
    return render(request, "campaigns/broadcasts/detail.html", context)


@require_POST
@require("publish")
def stop(request: HttpRequest, key: UUID) -> HttpResponse:
    actor, now = actor_of(request.user), timezone.now()
    try:
        found = drafting.stop_broadcast(
            key, reason=request.POST.get("reason", ""), actor=actor, now=now
        )
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{found.name}” is stopped. What had left has left.")
    return redirect("campaigns:broadcast", key=key)


def _draft(key: UUID) -> Broadcast:
    found = selectors.get_broadcast(key)
    if found.status != Status.DRAFT:
        raise NotFound("This broadcast has been started and cannot be changed.")
    return found


def _step(
    request: HttpRequest, found: Broadcast, step: str, form: forms.Form, *, following: str
) -> HttpResponse:
    """Show a step, or store what was entered and go on to the following one."""
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request.user), timezone.now()
        try:
            drafting.change_broadcast(found.key, parts=_parts(form), actor=actor, now=now)
        except (Conflict, Invalid) as error:
            show_error(form, error, otherwise="name")
        else:
            return redirect(f"campaigns:broadcast-{following}", key=found.key)
    return _show(request, found, step, form)


def _parts(form: forms.Form) -> dict[str, Any]:
    parts = dict(form.cleaned_data)
    if "template" in parts:
        parts["template"] = drafting.find_template(UUID(parts["template"]))
    if parts.get("timing") != Timing.AT and "send_at" in parts:
        parts["send_at"] = None
    return parts


def _show(
    request: HttpRequest, found: Broadcast | None, step: str, form: forms.Form
) -> HttpResponse:
    context = {**_frame(found, step), "form": form, "fields": list(form)}
    status = 422 if form.errors else 200
    return render(request, "campaigns/broadcasts/step.html", context, status=status)


def _frame(found: Broadcast | None, step: str) -> dict[str, Any]:
    def address(name: str) -> str:
        if found is None:
            return reverse("campaigns:broadcast-new")
        return reverse(f"campaigns:broadcast-{name}", args=[found.key])

    shown = _STEPS if found else _STEPS[:1]
    return {
        "broadcast": found,
        "title": found.name if found else "New broadcast",
        "steps": [
            (f"{place}. {label}", address(name), name == step, "")
            for place, (name, label) in enumerate(shown, start=1)
        ],
    }
