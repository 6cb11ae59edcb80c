"""The segment builder: the form holds the whole tree, every step is one POST, all without scripts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.http.htmx import wants_partial
from profiles.segments.forms.draft import DraftForm, check_draft, read_draft
from profiles.segments.forms.editing import KINDS, NEW
from profiles.segments.forms.operators import CHOICES
from profiles.segments.forms.showing import NodeShown
from profiles.segments.models import Segment
from profiles.segments.queries.names import field_choices
from profiles.segments.selectors import pages
from profiles.segments.selectors.authoring import RuleRefused
from profiles.segments.selectors.previewing import Preview, preview_rule
from profiles.segments.selectors.suggesting import suggest
from profiles.segments.services import publishing

START_RULE = {"version": 1, "root": {"kind": "group", "match": "all", "rules": [NEW["count"]]}}


@require_http_methods(["GET", "POST"])
@require("edit")
def new(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _submitted(request, None)
    return _draw(request, _Page(draft=DraftForm(name="", description="", document=START_RULE)))


@require_http_methods(["GET", "POST"])
@require("edit")
def edit(request: HttpRequest, key: UUID) -> HttpResponseBase:
    segment = pages.get_by_key(key)
    if request.method == "POST":
        return _submitted(request, segment)
    live = segment.live_version.rule if segment.live_version else START_RULE
    draft = DraftForm(
        name=segment.name,
        description=segment.description,
        document=segment.draft_rule or live,
    )
    return _draw(request, _Page(draft=check_draft(draft), segment=segment))


@require_GET
@require("edit")
def suggestions(request: HttpRequest) -> HttpResponse:
    rows = suggest(request.GET.get("of", "")[:220].replace("\0", ""), now=timezone.now())
    part = "#options" if wants_partial(request) else ""
    return render(request, f"profiles/segments/suggestions.html{part}", {"rows": rows})


@dataclass(slots=True, kw_only=True)
class _Page:
    draft: DraftForm
    segment: Segment | None = None
    status: int = 200


def _submitted(request: HttpRequest, segment: Segment | None) -> HttpResponseBase:
    draft = read_draft(request.POST)
    step = request.POST.get("step", "")
    page = _Page(draft=draft, segment=segment)
    if step not in {"save", "publish"}:
        return _draw(request, page)
    if step == "publish" and not may(request.user, "publish"):
        return refuse(request, "publish")
    if draft.rule is None:
        page.status = 422
        return _draw(request, page)
    try:
        saved = _save(request, page, publish=step == "publish")
    except RuleRefused as error:
        draft.errors = error.errors
        page.status = 422
        return _draw(request, page)
    except (Conflict, Invalid) as error:
        draft.name_error = error.message
        page.status = 422
        return _draw(request, page)
    target = reverse("profiles:segment", args=[saved.key])
    return HttpResponseClientRedirect(target) if wants_partial(request) else redirect(target)


def _save(request: HttpRequest, page: _Page, *, publish: bool) -> Segment:
    now, draft = timezone.now(), page.draft
    saved = publishing.save_segment(
        page.segment,
        name=draft.name,
        description=draft.description,
        rule=draft.document,
        now=now,
    )
    verb = "published" if publish else "drafted"
    if publish:
        report = publishing.publish_segment(saved.pk, **_publication(request), now=now)
        text = (
            f"Version {report.version} of “{saved.name}” is live: {report.members:,} people are"
            f" in, {report.entered:,} entered and {report.left:,} left."
        )
        if report.held_back:
            text += f" {report.held_back:,} who match already stay out until they newly match."
        messages.success(request, text)
    else:
        messages.success(request, f"The draft of “{saved.name}” is saved.")
    actor = actor_of(request.user)
    record(actor=actor, verb=verb, object_type="segment", object_id=saved.key, now=now)
    return saved


def _publication(request: HttpRequest) -> dict[str, bool]:
    return {
        "backfill": request.POST.get("backfill") != "no",
        "may_start_journeys": request.POST.get("may_start_journeys") == "yes",
    }


def _draw(request: HttpRequest, page: _Page) -> HttpResponse:
    key = page.segment.key if page.segment else None
    context: dict[str, Any] = {
        "segment": page.segment,
        "publication": _publication(request),
        **rule_context(request, page.draft, is_refused=page.status == 422, own_key=key),
    }
    part = "#update" if request.POST.get("part") == "preview" else "#builder"
    template = "profiles/segments/edit.html" + (part if wants_partial(request) else "")
    return render(request, template, context, status=page.status)


def rule_context(
    request: HttpRequest, draft: DraftForm, *, is_refused: bool, own_key: UUID | None
) -> dict[str, Any]:
    """Return what the tree, its sentence and its count are drawn from."""
    names = pages.names_of_segments()
    names.pop(str(own_key), None)
    tree = draft.tree(with_errors=is_refused)
    show_people = may(request.user, "view_personal_data")
    context: dict[str, Any] = {
        "draft": draft,
        "tree": tree,
        "is_refused": is_refused,
        "kinds": KINDS,
        "choices": CHOICES,
        "segment_names": names,
        "field_choices": field_choices(),
        "may_publish": may(request.user, "publish"),
        "show_people": show_people,
    }
    if draft.rule:
        found = preview_rule(draft.rule.root, now=timezone.now(), is_masked=not show_people)
        context |= {"preview": found, "sentence": pages.sentence(draft.rule, names)}
        _mark(tree, found)
    return context


def _mark(tree: NodeShown, found: Preview) -> None:
    for node in tree.all_nodes():
        node.size = found.conditions.get(node.place)
        node.remaining = found.funnel.get(node.place) if node.number else None
