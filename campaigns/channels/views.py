"""The page of senders: which there are, pausing one of them or all sending."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from campaigns.channels import pausing
from campaigns.channels.models import Sender
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, Invalid


@require_GET
@require("view")
def senders(request: HttpRequest) -> HttpResponse:
    context = {
        "senders": Sender.objects.order_by("channel", "name"),
        "pause": pausing.list_pauses().everything,
    }
    return render(request, "campaigns/channels/senders.html", context)


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
