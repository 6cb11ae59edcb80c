"""Settings pages of the limits that the gate keeps."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.channels.words import channel_label
from campaigns.contracts import Channel
from campaigns.deliveries.forms import CapForm, QuietForm, RuleForm, VolumeForm
from campaigns.deliveries.models import FrequencyCap, QuietHours, VolumeLimit
from campaigns.deliveries.rules import say_cap
from campaigns.deliveries.services import limits
from campaigns.deliveries.volume import Use, list_targets, list_uses
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict


@require_GET
@require("view")
def overview(request: HttpRequest) -> HttpResponse:
    caps = FrequencyCap.objects.order_by("name")
    quiet = QuietHours.objects.order_by("channel")
    context = {
        "caps": [(cap, _scope(cap), say_cap(cap.max_count, cap.days, cap.period)) for cap in caps],
        "quiet": [(each, channel_label(Channel(each.channel))) for each in quiet],
        "volumes": _volume_rows(),
        "rule": limits.get_sending_rule(),
    }
    return render(request, "campaigns/limits/overview.html", context)


@require_http_methods(["GET", "POST"])
@require("publish")
def add_cap(request: HttpRequest) -> HttpResponse:
    return _edit(request, CapForm(request.POST or None), "New frequency cap")


@require_http_methods(["GET", "POST"])
@require("publish")
def edit_cap(request: HttpRequest, number: int) -> HttpResponse:
    cap = limits.get_cap(number)
    return _edit(request, CapForm(request.POST or None, instance=cap), cap.name)


@require_http_methods(["GET", "POST"])
@require("publish")
def add_quiet(request: HttpRequest) -> HttpResponse:
    return _edit(request, QuietForm(request.POST or None), "New quiet hours")


@require_http_methods(["GET", "POST"])
@require("publish")
def edit_quiet(request: HttpRequest, channel: str) -> HttpResponse:
    quiet = limits.get_quiet_hours(channel)
    label = channel_label(Channel(quiet.channel))
    form = QuietForm(request.POST or None, instance=quiet)
    return _edit(request, form, f"Quiet hours: {label}")


@require_http_methods(["GET", "POST"])
@require("publish")
def add_volume(request: HttpRequest) -> HttpResponse:
    return _edit(request, VolumeForm(request.POST or None), "New throttle or budget")


@require_http_methods(["GET", "POST"])
@require("publish")
def edit_volume(request: HttpRequest, number: int) -> HttpResponse:
    limit = limits.get_volume_limit(number)
    return _edit(request, VolumeForm(request.POST or None, instance=limit), limit.name)


@require_POST
@require("publish")
def delete_volume(request: HttpRequest, number: int) -> HttpResponse:
    return _delete(request, limits.get_volume_limit(number))


@require_http_methods(["GET", "POST"])
@require("publish")
def edit_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None, instance=limits.get_sending_rule())
    return _edit(request, form, "All marketing")


@require_POST
@require("publish")
def delete_cap(request: HttpRequest, number: int) -> HttpResponse:
    return _delete(request, limits.get_cap(number))


@require_POST
@require("publish")
def delete_quiet(request: HttpRequest, channel: str) -> HttpResponse:
    return _delete(request, limits.get_quiet_hours(channel))


def _edit(request: HttpRequest, form: forms.ModelForm, title: str) -> HttpResponse:  # type: ignore[type-arg]
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request.user), timezone.now()
        try:
            limits.save_limit(form.save(commit=False), actor=actor, now=now)
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Saved. It holds from the next message on.")
            return redirect("campaigns:limits")
    context = {"form": form, "fields": list(form), "title": title}
    status = 422 if form.errors else 200
    return render(request, "campaigns/limits/form.html", context, status=status)


def _delete(request: HttpRequest, limit: FrequencyCap | QuietHours | VolumeLimit) -> HttpResponse:
    said = str(limit)
    limits.delete_limit(limit, actor=actor_of(request.user), now=timezone.now())
    messages.success(request, f"“{said}” is deleted.")
    return redirect("campaigns:limits")


def _volume_rows() -> list[tuple[VolumeLimit, str, Use]]:
    words, uses = dict(list_targets()), list_uses(now=timezone.now())
    rows = VolumeLimit.objects.order_by("name")
    return [
        (each, words.get(f"{each.scope}:{each.subject}", each.subject or "Gone"), uses[each.pk])
        for each in rows
    ]


def _scope(cap: FrequencyCap) -> str:
    parts = [cap.message_class]
    if cap.channel:
        parts.append(f"on {channel_label(Channel(cap.channel))}")
    if cap.topic:
        parts.append(f"about {cap.topic}")
    if cap.tag:
        parts.append(f"tagged {cap.tag}")
    if cap.counts_transactional:
        parts.append("transactional ones count")
    return ", ".join(parts)
