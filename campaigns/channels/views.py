"""The pages of senders: which there are and how they fare, adding, changing, checking, pausing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.channels import editing, pausing
from campaigns.channels.forms import SenderForm
from campaigns.channels.selectors import list_choices, list_sender_rows
from campaigns.channels.services import create_sender, report_url
from campaigns.channels.words import channel_label, provider_label
from campaigns.contracts import Channel
from campaigns.extension_points import ReportsByWebhook, channel_providers
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_key
from kernel.ui.forms import show_error


@require_GET
@require("view")
def senders(request: HttpRequest) -> HttpResponse:
    context = {
        "senders": list_sender_rows(now=timezone.now()),
        "pause": pausing.list_pauses().everything,
    }
    return render(request, "campaigns/channels/senders.html", context)


@require_GET
@require("administer")
def choose(request: HttpRequest) -> HttpResponse:
    return render(request, "campaigns/channels/choose.html", {"choices": list_choices()})


@never_cache
@require_http_methods(["GET", "POST"])
@require("administer")
def add(request: HttpRequest, channel: str, kind: str) -> HttpResponse:
    provider = channel_providers.find(kind)
    if provider is None or channel not in provider.channels:
        raise NotFound("There is no such provider on this channel.")
    form = SenderForm(provider, Channel(channel), posted=request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            create_sender(form.draft(), key=new_key(now=now), actor=actor_of(request.user), now=now)
        except (Conflict, Invalid) as error:
            show_error(form, error, otherwise="name")
        else:
            messages.success(request, "The sender is added. Check it before you rely on it.")
            return redirect("campaigns:senders")
    return _show_form(request, form, title=f"New sender: {provider_label(kind)}")


@never_cache
@require_http_methods(["GET", "POST"])
@require("administer")
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    sender = editing.get_sender(key)
    provider = channel_providers.get(sender.kind)
    form = SenderForm(provider, Channel(sender.channel), sender=sender, posted=request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request.user), timezone.now()
        try:
            editing.change_sender(key, form.draft(), actor=actor, now=now)
        except (Conflict, Invalid) as error:
            show_error(form, error, otherwise="name")
        else:
            messages.success(request, "The sender is changed. Check it before you rely on it.")
            return redirect("campaigns:senders")
    return _show_form(request, form, title=sender.name)


def _show_form(request: HttpRequest, form: SenderForm, *, title: str) -> HttpResponse:
    reports = isinstance(form.provider, ReportsByWebhook) and form.sender
    context = {
        "form": form,
        "title": title,
        "settings": [form[name] for name in form.fields if name.startswith("config.")],
        "own": [form[name] for name in form.fields if not name.startswith("config.")],
        "channel": channel_label(form.channel),
        "report_url": report_url(form.sender) if form.sender and reports else "",
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/channels/form.html", context, status=status)


@require_POST
@require("publish")
def check(request: HttpRequest, key: UUID) -> HttpResponse:
    try:
        sender = editing.check_sender(key, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        tell = messages.success if sender.is_checked_ok else messages.error
        tell(request, f"“{sender.name}”: {sender.check_text}")
    return redirect("campaigns:senders")


@require_POST
@require("publish")
def use_as_default(request: HttpRequest, key: UUID) -> HttpResponse:
    sender = editing.make_default(key, actor=actor_of(request.user), now=timezone.now())
    label = channel_label(sender.channel)
    messages.success(request, f"Messages on “{label}” leave by “{sender.name}”.")
    return redirect("campaigns:senders")


@require_POST
@require("publish")
def pause_sender(request: HttpRequest, key: UUID) -> HttpResponse:
    sender = pausing.set_sender_paused(
        key,
        is_paused=request.POST.get("is_paused") == "1",
        actor=actor_of(request.user),
        now=timezone.now(),
    )
    state = "is paused; its messages wait" if sender.is_paused else "sends again"
    messages.success(request, f"“{sender.name}” {state}.")
    return redirect("campaigns:senders")


@require_POST
@require("publish")
def pause_all(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request.user), timezone.now()
    try:
        pausing.pause_all(reason=request.POST.get("reason", ""), actor=actor, now=now)
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "All sending is paused. Messages wait until you resume it.")
    return redirect("campaigns:senders")


@require_POST
@require("publish")
def resume_all(request: HttpRequest) -> HttpResponse:
    pausing.resume_all(actor=actor_of(request.user), now=timezone.now())
    messages.success(request, "Sending goes on.")
    return redirect("campaigns:senders")
