"""Settling unknown e-mails, all at once, by the log of the mail server."""

from io import TextIOWrapper

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.contracts import Channel, DeliveryStatus
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.services.settle import settle_by_log
from kernel.access.actors import actor_of
from kernel.access.permissions import require


class LogForm(forms.Form):
    """The log, and whether what it does not name was never taken."""

    log = forms.FileField(
        label="Log of the mail server",
        help_text="Plain text, such as mail.log; only the Message-IDs in it are read.",
    )
    is_whole = forms.BooleanField(
        label="The log covers the whole time: send again what it does not name", required=False
    )


@require_http_methods(["GET", "POST"])
@require("publish")
def settle_all(request: HttpRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = LogForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, label_suffix=""
    )
    if is_sent and form.is_valid():
        log = TextIOWrapper(form.cleaned_data["log"].file, encoding="utf-8", errors="replace")
        settled = settle_by_log(
            log, is_whole=form.cleaned_data["is_whole"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        messages.success(
            request, f"{settled.sent:,} count as sent, {settled.again:,} are sent again."
        )
        return redirect("campaigns:messages")
    unknown = Delivery.objects.filter(status=DeliveryStatus.UNKNOWN, channel=Channel.EMAIL)
    context = {
        "form": form, "count": unknown.count(), "oldest": unknown.order_by("claimed_at").first(),
    }  # fmt: skip
    return render(
        request, "campaigns/deliveries/settle_all.html", context, status=422 if form.errors else 200
    )
