"""Pages of staff about shared blocks: the list, one block with its preview, renewing templates."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.content import renewing, sharing
from campaigns.content.piece_forms import SharedBlockForm
from campaigns.content.piece_models import SharedBlock
from campaigns.content.previewing import preview_words
from campaigns.content.rules.differences import compare_parts
from campaigns.content.rules.rendering import Refusal
from campaigns.content.rules.shared import BlockKind
from campaigns.content.sharing import BlockDraft
from campaigns.content.views.pages import framed
from campaigns.content.views.renewal import tell_renewals
from campaigns.template_tabs import template_tabs
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid
from kernel.ids import new_key


@require_GET
@require("view")
def blocks(request: HttpRequest) -> HttpResponse:
    rows = [(block, renewing.list_block_uses(block)) for block in sharing.list_blocks()]
    context = {"blocks": rows, "tabs": template_tabs("campaigns:shared-blocks")}
    return render(request, "campaigns/content/shared_blocks.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_block(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@require("edit")
def block(request: HttpRequest, key: UUID) -> HttpResponse:
    return _edit(request, sharing.get_block(key))


@require_GET
@xframe_options_sameorigin
@require("view")
def preview(_: HttpRequest, key: UUID) -> HttpResponse:
    found = sharing.get_block(key)
    source = found.live_version.source if found.live_version else ""
    draft = BlockDraft(slug=found.slug, name=found.name, kind=BlockKind(found.kind), source=source)
    try:
        finished = sharing.finish_block(draft)
    except Invalid as error:
        return framed(error.message)
    shown = preview_words(finished.compiled, person=None, now=timezone.now())
    return framed(shown.words.reason if isinstance(shown.words, Refusal) else shown.words.html)


@require_POST
@require("publish")
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    uses = renewing.list_block_uses(sharing.get_block(key))
    done = renewing.renew_templates(uses, actor=actor_of(request.user), now=timezone.now())
    tell_renewals(request, done)
    return redirect("campaigns:shared-block", key=key)


@require_POST
@require("publish")
def delete(request: HttpRequest, key: UUID) -> HttpResponse:
    found = sharing.get_block(key)
    try:
        sharing.delete_block(found, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("campaigns:shared-block", key=key)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("campaigns:shared-blocks")


def _edit(request: HttpRequest, found: SharedBlock | None) -> HttpResponse:
    form = SharedBlockForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, found, form)
        if saved:
            messages.success(request, "Saved. Templates take it when they are published next.")
            return redirect("campaigns:shared-block", key=saved.key)
    versions = list(found.versions.order_by("-number")[:20]) if found else []
    uses = renewing.list_block_uses(found) if found else []
    context: dict[str, Any] = {
        "piece": found,
        "form": form,
        "versions": versions,
        "uses": uses,
        "older": [use for use in uses if use.is_older],
        "may_publish": may(request.user, "publish"),
    }
    if len(versions) > 1:
        before, after = versions[1].source, versions[0].source
        context["parts"] = compare_parts({"words": before}, {"words": after})
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/shared_block.html", context, status=status)


def _save(
    request: HttpRequest, found: SharedBlock | None, form: SharedBlockForm
) -> SharedBlock | None:
    actor, now, said = actor_of(request.user), timezone.now(), form.cleaned_data
    try:
        if found:
            return sharing.save_block(
                found, name=said["name"], source=said["source"], actor=actor, now=now
            )
        draft = BlockDraft(
            slug=said["slug"], name=said["name"], kind=BlockKind(said["kind"]),
            source=said["source"],
        )  # fmt: skip
        return sharing.create_block(draft, key=new_key(now=now), actor=actor, now=now)
    except Conflict as error:
        form.add_error("slug", error.message)
    except Invalid as error:
        form.add_error("source", error.message)
    return None
