"""The builder: a canvas over the draft; every action is one small request."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from campaigns.journeys import selectors
from campaigns.journeys.forms.base import NodeForm
from campaigns.journeys.forms.by_type import FORMS
from campaigns.journeys.forms.whole import NewJourneyForm, SettingsForm
from campaigns.journeys.models import JourneyDraft
from campaigns.journeys.rules import documents
from campaigns.journeys.rules.documents import CannotEdit, Document
from campaigns.journeys.rules.picture import thumbnail
from campaigns.journeys.rules.samples import SAMPLES, find_sample
from campaigns.journeys.rules.words import blank_node, find_kind, list_steps
from campaigns.journeys.services import drafting
from campaigns.journeys.views.canvas import canvas_of
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid, NotFound
from kernel.http.htmx import wants_partial
from kernel.http.numbers import read_number
from kernel.ids import new_key

PAGE = "campaigns/journeys/build.html"


@require("edit")
def new_journey(request: HttpRequest) -> HttpResponse:
    """Choose a name and a sample."""
    form = NewJourneyForm(selectors.find_known(), request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        now, actor = timezone.now(), actor_of(request.user)
        sample = find_sample(form.cleaned_data["sample"])
        start = sample.definition if sample else drafting.EMPTY
        definition, specs = form.cleaned_data["file"] or (start, {})
        try:
            made = drafting.begin_journey(
                form.cleaned_data["name"], definition, specs,
                key=new_key(now=now), actor=actor, now=now,
            )  # fmt: skip
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            return redirect("campaigns:journey-build", key=made.key)
    chosen = form["sample"].value() or ""
    samples = [(sample, thumbnail(sample.definition)) for sample in SAMPLES]
    context = {"form": form, "samples": samples, "chosen": chosen}
    status = 422 if form.errors else 200
    return render(request, "campaigns/journeys/new.html", context, status=status)


@require_GET
@require("edit")
def build(request: HttpRequest, key: UUID) -> HttpResponse:
    found = selectors.get_journey(key)
    draft = drafting.open_draft(found, actor=actor_of(request.user), now=timezone.now())
    return _answer(request, draft, _place(request.GET))


@require_POST
@require("edit")
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """Apply one edit and show the draft after it."""
    found = selectors.get_journey(key)
    now, actor = timezone.now(), actor_of(request.user)
    draft = drafting.open_draft(found, actor=actor, now=now)
    if _is_behind(draft, request.GET.get("seen", ""), actor):
        text = "Somebody else has changed this draft meanwhile. Here it is as it stands now; do it again if it still fits."
        return _after(request, draft, _place(request.POST), refused=text)
    operation = request.POST.get("op", "")
    if operation in {"undo", "redo"}:
        by = -1 if operation == "undo" else 1
        drafting.step_through_edits(draft, by, actor=actor, now=now)
        return _after(request, draft, {"node": request.POST.get("node", "")})
    if operation == "change":
        return _change(request, draft, actor=actor, now=now)
    if operation == "settings":
        return _settings(request, draft, actor=actor, now=now)
    return _rebuild(request, draft, actor=actor, now=now)


def _is_behind(draft: JourneyDraft, seen: str, actor: str) -> bool:
    """Say whether somebody else changed the draft after the page was drawn."""
    return read_number(seen) not in {None, draft.place} and draft.saved_by != actor


def _rebuild(
    request: HttpRequest, draft: JourneyDraft, *, actor: str, now: datetime
) -> HttpResponse:
    """Add, remove, copy, move or lead: the edits that change the graph."""
    before = {node["id"] for node in drafting.shown_edit(draft).definition["nodes"]}
    chosen = _EDITS.get(request.POST.get("op", ""))
    if chosen is None:
        raise NotFound("There is no such edit.")
    change, label = chosen(request.POST)
    try:
        after = drafting.edit_draft(draft, change, label=label, actor=actor, now=now)
    except Invalid as refused:
        return _after(request, draft, _place(request.POST), refused=refused.message)
    added = [node["id"] for node in after["nodes"] if node["id"] not in before]
    node = added[0] if added else request.POST.get("node", "")
    kept = node if any(found["id"] == node for found in after["nodes"]) else ""
    return _after(request, draft, {"node": kept})


_Edit = tuple[Callable[[Document], Document], str]


def _add(posted: QueryDict) -> _Edit:
    type_, source, slot = posted.get("type", ""), posted.get("source", ""), posted.get("slot", "")
    kind = find_kind(type_)
    if kind is None or type_ == "entry":
        raise NotFound("There is no such type of step.")
    node = blank_node(type_)
    return (
        lambda document: documents.insert_node(document, node, source=source, slot=slot),
        f"Add “{kind.label}”",
    )


def _remove(posted: QueryDict) -> _Edit:
    name = posted.get("node", "")
    return (lambda document: documents.remove_node(document, name), f"Delete “{name}”")


def _copy(posted: QueryDict) -> _Edit:
    name, source, slot = posted.get("node", ""), posted.get("source", ""), posted.get("slot", "")
    return (
        lambda document: documents.copy_nodes(document, name, source=source, slot=slot),
        f"Copy “{name}”",
    )


def _move(posted: QueryDict) -> _Edit:
    name, source, slot = posted.get("node", ""), posted.get("source", ""), posted.get("slot", "")
    return (
        lambda document: documents.move_nodes(document, name, source=source, slot=slot),
        f"Move “{name}”",
    )


def _lead(posted: QueryDict) -> _Edit:
    source, slot, target = (posted.get(name, "") for name in ("node", "slot", "target"))
    return (
        lambda document: documents.lead(document, source=source, slot=slot, target=target),
        f"Lead “{source}” to “{target}”",
    )


_EDITS: dict[str, Callable[[QueryDict], _Edit]] = {
    "add": _add,
    "remove": _remove,
    "copy": _copy,
    "move": _move,
    "lead": _lead,
}


def _change(
    request: HttpRequest, draft: JourneyDraft, *, actor: str, now: datetime
) -> HttpResponse:
    name = request.POST.get("node", "")
    form = _form_of(drafting.shown_edit(draft).definition, name, request.POST)
    if form is None or not form.is_valid():
        return _after(request, draft, {"node": name}, form=form)
    node = form.fill()
    drafting.edit_draft(
        draft, lambda document: documents.change_node(document, name, node),
        label=f"Change “{name}”", actor=actor, now=now,
    )  # fmt: skip
    return _after(request, draft, {"node": name})


def _settings(
    request: HttpRequest, draft: JourneyDraft, *, actor: str, now: datetime
) -> HttpResponse:
    form = SettingsForm(drafting.shown_edit(draft).definition, request.POST)
    if form.is_valid():
        drafting.edit_draft(
            draft, lambda document: {**document, **form.values()},
            label="Change the settings", actor=actor, now=now,
        )  # fmt: skip
        return _after(request, draft, {})
    return _answer(request, draft, {}, settings=form)


def _form_of(definition: Document, name: str, posted: Any = None) -> NodeForm | None:
    try:
        node = documents.find_node(definition, name)
    except CannotEdit:
        return None
    kind = FORMS.get(node["type"])
    return kind(node, selectors.find_known(), posted) if kind else None


def _place(query: QueryDict) -> dict[str, str]:
    return {name: query.get(name, "") for name in ("node", "source", "slot")}


def _after(
    request: HttpRequest, draft: JourneyDraft, place: dict[str, str], **shown: Any
) -> HttpResponse:
    """Show the builder to htmx; send everybody else back to its address."""
    if wants_partial(request) or shown.get("form") is not None or shown.get("refused"):
        draft.refresh_from_db()
        return _answer(request, draft, place, **shown)
    url = reverse("campaigns:journey-build", kwargs={"key": draft.journey.key})
    query = urlencode({name: value for name, value in place.items() if value})
    return redirect(f"{url}?{query}" if query else url)


def _answer(
    request: HttpRequest,
    draft: JourneyDraft,
    place: dict[str, str],
    *,
    form: NodeForm | None = None,
    settings: SettingsForm | None = None,
    refused: str = "",
) -> HttpResponse:
    definition: Document = drafting.shown_edit(draft).definition
    known = selectors.find_known(besides=draft.journey_id)
    chosen = place.get("node", "") if not place.get("slot") else ""
    if form is None and chosen:
        form = _form_of(definition, chosen)
    if form is not None:
        edit_url = reverse("campaigns:journey-edit", kwargs={"key": draft.journey.key})
        form.redraw_by(f"{edit_url}?seen={draft.place}")
    context = {
        "journey": draft.journey,
        "draft": draft,
        "canvas": canvas_of(definition, known, chosen=chosen),
        "chosen": chosen,
        "form": form,
        "settings": settings or SettingsForm(definition),
        "adding": place if place.get("slot") else None,
        "steps": list_steps(),
        "refused": refused,
        "can_undo": draft.edits.filter(place=draft.place - 1).exists(),
        "can_redo": draft.edits.filter(place=draft.place + 1).exists(),
        "may_publish": may(request.user, "publish"),
    }
    template = f"{PAGE}#workspace" if wants_partial(request) else PAGE
    bound = [shown for shown in (form, settings) if shown is not None and shown.is_bound]
    has_errors = refused or any(shown.errors for shown in bound)
    return render(request, template, context, status=422 if has_errors else 200)
