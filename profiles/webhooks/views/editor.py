"""The mapping editor: a request beside the events that come of it, all without scripts too."""

from dataclasses import replace
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
from kernel.http.numbers import read_number
from profiles.webhooks import selectors
from profiles.webhooks.drafts import Draft, as_rows_if_possible, read_draft
from profiles.webhooks.models import Webhook
from profiles.webhooks.rules.mapping import BadMapping
from profiles.webhooks.rules.ready import find_ready
from profiles.webhooks.rules.rows import IDENTIFIERS, KINDS, PLACES, TESTS
from profiles.webhooks.services.settings import save_mapping


@require_http_methods(["GET", "POST"])
@require("edit")
def mapping(request: HttpRequest, key: UUID) -> HttpResponseBase:
    webhook = selectors.get_webhook(key)
    sample, is_real = selectors.find_sample(webhook)
    context: dict[str, object] = {
        "webhook": webhook, "version": webhook.mapping_version, "sample": sample, "is_real": is_real,
    }  # fmt: skip
    if request.method != "POST":
        return _draw(request, context, _opened(webhook.mapping))
    step = request.POST.get("step", "")
    if step in {"save", "ready"} and not may(request.user, "publish"):
        return refuse(request, "publish")
    context |= {name: request.POST.get(name, "") for name in ("sample", "version")}
    draft = read_draft(request.POST, step=step)
    if step == "save":
        return _save(request, webhook, context, draft)
    if step == "ready" and (ready := find_ready(webhook.ready)):
        draft = _opened(ready.mapping_text, as_rows=draft.rows is not None)
    return _draw(request, context, draft)


def _opened(text: str, *, as_rows: bool = True) -> Draft:
    """Show a stored mapping as rows, where rows can say it."""
    return as_rows_if_possible(Draft(text=text)) if as_rows else Draft(text=text)


def _save(
    request: HttpRequest, webhook: Webhook, context: dict[str, object], draft: Draft
) -> HttpResponseBase:
    version = str(context["version"])
    if draft.problems:
        return _draw(request, {**context, "is_refused": True}, draft, status=422)
    try:
        save_mapping(
            webhook, draft.text,
            version=read_number(version, most_digits=8) or 0,
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
    except BadMapping:
        return _draw(request, {**context, "is_refused": True}, draft, status=422)
    except Conflict as error:
        return _draw(request, {**context, "conflict": error.message}, draft, status=422)
    messages.success(request, "The mapping is saved. It counts for every request from now on.")
    target = reverse("profiles:webhook", args=[webhook.source.key])
    return HttpResponseClientRedirect(target) if wants_partial(request) else redirect(target)


def _draw(
    request: HttpRequest, context: dict[str, object], draft: Draft, *, status: int = 200
) -> HttpResponse:
    sample = str(context["sample"])
    preview = selectors.preview_mapping(draft.text, sample, now=timezone.now())
    if draft.problems:
        preview = replace(preview, problems=draft.problems, events=(), is_ignored=False)
    context = {
        **context, "draft": draft, "mapping": draft.text, "preview": preview,
        "paths": selectors.list_sample_paths(sample), "kinds": KINDS, "tests": TESTS,
        "places": PLACES, "identifiers": IDENTIFIERS, "rules": draft.numbered_rules,
        "may_publish": may(request.user, "publish"),
    }  # fmt: skip
    part = "#preview" if request.POST.get("part") == "preview" else ""
    template = "profiles/webhooks/mapping.html" + (part if wants_partial(request) else "")
    return render(request, template, context, status=status)
