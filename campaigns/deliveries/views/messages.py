"""The page of one message: every decision, what came back, and the words as they were sent."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from campaigns.channels.words import channel_label
from campaigns.content.views.pages import framed
from campaigns.deliveries import messages as reads
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.audit import record
from kernel.errors import NotFound
from profiles import facade as profiles
from profiles.contracts import CustomerId


@require_GET
@require("view")
def message(request: HttpRequest, key: UUID) -> HttpResponse:
    found = reads.get_message(key)
    context: dict[str, Any] = {"message": found, "channel": channel_label(found.channel)}
    if may(request.user, "view_personal_data"):
        context["words"] = reads.find_words(key, links=reads.idle_links())
        person = profiles.get_customers([CustomerId(found.customer_id)])
        context["person"] = next((each.display_name for each in person.values()), "")
        record(actor=actor_of(request.user), verb="viewed", object_type="delivery",
               object_id=key, now=timezone.now())  # fmt: skip
    return render(request, "campaigns/deliveries/message.html", context)


@require_GET
@xframe_options_sameorigin
@require("view_personal_data")
def content(_request: HttpRequest, key: UUID) -> HttpResponse:
    words = reads.find_words(reads.get_message(key).key, links=reads.idle_links())
    if words is None:
        raise NotFound("The words of this message are not kept.")
    return framed(words.html)
