"""The mapping editor: a request beside the events that come of it, all without scripts too."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import Conflict
from kernel.http.htmx import wants_partial
from profiles.webhooks import selectors
from profiles.webhooks.models import Webhook
from profiles.webhooks.rules.mapping import BadMapping
from profiles.webhooks.rules.ready import find_ready
from profiles.webhooks.services.settings import save_mapping


@require_http_methods(["GET", "POST"])
@require("edit")
def mapping(request: HttpRequest, key: UUID) -> HttpResponseBase:
    webhook = selectors.get_webhook(key)
    sample, is_real = selectors.find_sample(webhook)
    context = {
        "webhook": webhook,
        "mapping": webhook.mapping,
        "version": webhook.mapping_version,
        "sample": sample,
        "is_real": is_real,
    }
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step in {"save", "ready"} and not may(request.user, "publish"):
            return refuse(request, "publish")
        context["mapping"] = request.POST.get("mapping", "")
        context["sample"] = request.POST.get("sample", "")
        context["version"] = request.POST.get("version", "")
        if step == "save":
            return _save(request, webhook, context)
        if step == "ready" and (ready := find_ready(webhook.ready)):
            context["mapping"] = ready.mapping_text
    return _draw(request, context)


def _save(request: HttpRequest, webhook: Webhook, context: dict[str, object]) -> HttpResponseBase:
    version = str(context["version"])
    try:
        save_mapping(
            webhook, str(context["mapping"]),
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
    except BadMapping:
        return _draw(request, {**context, "is_refused": True}, status=422)
    except Conflict as error:
        return _draw(request, {**context, "conflict": error.message}, status=422)
    messages.success(request, "The mapping is saved. It counts for every request from now on.")
    target = reverse("profiles:webhook", args=[webhook.source.key])
    return HttpResponseClientRedirect(target) if wants_partial(request) else redirect(target)


def _draw(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    preview = selectors.preview_mapping(
        str(context["mapping"]), str(context["sample"]), now=timezone.now()
    )
    context = {**context, "preview": preview, "may_publish": may(request.user, "publish")}
    part = "#preview" if request.POST.get("part") == "preview" else ""
    template = "profiles/webhooks/mapping.html" + (part if wants_partial(request) else "")
    return render(request, template, context, status=status)
