"""Composing an e-mail of blocks: every action is one small post of the panel and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.content import composing, editing
from campaigns.content.block_forms import BlockForm, FrameForm
from campaigns.content.models import WorkingDraft
from campaigns.content.rules import document_edits as edits
from campaigns.content.rules.document import BLOCKS, Document, read_document
from campaigns.content.rules.document_edits import Place
from campaigns.content.rules.document_mjml import NAMES
from campaigns.content.selectors import get_template
from campaigns.content.views.pages import seen_place
from campaigns.content.views.panel import composer
from campaigns.content.views.writing import (
    asked_locale,
    edit_address,
    editor_page,
    find_asked_draft,
    result_of,
)
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, Invalid, NotFound
from kernel.http.htmx import wants_partial


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One post: who does what, and what is chosen afterwards."""

    draft: WorkingDraft
    chosen: str
    seen: int
    actor: str
    now: datetime
    added: bool = False

    def change(self, change: Callable[[Document], Document], label: str) -> None:
        self.draft = composing.compose(
            self.draft, change, label=label, seen=self.seen, actor=self.actor, now=self.now
        )
        self.seen = self.draft.place

    def change_and_choose(
        self, change: Callable[[Document], tuple[Document, str]], label: str
    ) -> None:
        def keep(document: Document) -> Document:
            changed, self.chosen = change(document)
            return changed

        self.change(keep, label)
        self.added = True

    def step(self, by: int) -> None:
        self.draft = composing.step_through_edits(
            self.draft, by, seen=self.seen, actor=self.actor, now=self.now
        )


@require_POST
@require("edit")
def compose(request: HttpRequest, key: UUID) -> HttpResponse:
    """Save what the panel says, then do what was asked for."""
    found, actor, now = get_template(key), actor_of(request.user), timezone.now()
    try:
        draft = editing.open_draft(found, actor=actor, now=now, locale=asked_locale(request))
        turn = _Turn(
            draft=draft, chosen=request.POST.get("chosen", ""),
            seen=seen_place(request), actor=actor, now=now,
        )  # fmt: skip
        form = _panel(turn, request)
    except (Invalid, NotFound) as error:
        messages.warning(request, error.message)
        return redirect("campaigns:template-edit", key=key)
    refused, operation = "", request.POST.get("op", "")
    try:
        _save_panel(turn, form)
        _perform(turn, operation, request)
        form = None
    except (Conflict, Invalid) as error:
        refused = error.message
    return _answer(request, turn, form if refused else None, refused)


@require_http_methods(["GET", "POST"])
@require("edit")
def to_mjml(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask first: there is no way back from MJML to blocks."""
    draft = find_asked_draft(request, key)
    if draft.source_format != composing.BLOCKS:
        return redirect(edit_address(draft.template, locale=draft.locale))
    if request.method == "POST":
        try:
            composing.turn_into_mjml(draft, actor=actor_of(request.user), now=timezone.now())
        except Invalid as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "It is MJML now.")
        return redirect(edit_address(draft.template, locale=draft.locale))
    context = {"template": draft.template, "locale": draft.locale}
    return render(request, "campaigns/content/to_mjml.html", context)


def _panel(turn: _Turn, request: HttpRequest) -> BlockForm | FrameForm | None:
    """Return the form of what is chosen; `None` when the post did not bring its fields."""
    document = composing.document_of(turn.draft)
    if turn.chosen:
        block = edits.find_block(document, turn.chosen)
        return BlockForm(block, request.POST) if block and "panel" in request.POST else None
    return FrameForm(document, request.POST) if "panel" in request.POST else None


def _save_panel(turn: _Turn, form: BlockForm | FrameForm | None) -> None:
    if form is not None and not form.is_valid():
        raise Invalid("source", _say_errors(form))
    if isinstance(form, BlockForm):
        values, block = form.values(), form.block
        if values:
            turn.change(
                partial(edits.change_block, block_id=block.id, fields=values),
                f"Change {NAMES[block.kind]} ({block.id})",
            )
    elif isinstance(form, FrameForm):
        said = form.cleaned_data
        turn.change(
            lambda document: read_document({**document.model_dump(), **said}), "Change the frame"
        )


def _perform(turn: _Turn, operation: str, request: HttpRequest) -> None:
    """Do what a button asked for; an empty operation was typing."""
    name, _, argument = operation.partition(":")
    block = turn.chosen
    match name:
        case "choose":
            turn.chosen = argument
        case "add" if argument in BLOCKS:
            place = Place(after=block)
            turn.change_and_choose(
                lambda document: edits.add_block(document, argument, place),
                f"Add {NAMES[argument]}",
            )
        case "into" if argument.isdigit():
            kind = request.POST.get("into", "")
            place = Place(after=block, column=int(argument) - 1)
            turn.change_and_choose(
                lambda document: edits.add_block(document, kind, place), "Add to a column"
            )
        case "up" | "down":
            by = -1 if name == "up" else 1
            turn.change(partial(edits.move_block, block_id=block, by=by), f"Move {block}")
        case "copy":
            turn.change_and_choose(partial(edits.copy_block, block_id=block), f"Copy {block}")
        case "remove":
            turn.change(partial(edits.remove_block, block_id=block), f"Remove {block}")
            turn.chosen = ""
        case "count" if argument in {"2", "3", "4"}:
            count = int(argument)
            turn.change(
                partial(edits.set_column_count, block_id=block, count=count), f"{count} columns"
            )
        case "undo" | "redo":
            turn.step(-1 if name == "undo" else 1)


def _answer(
    request: HttpRequest, turn: _Turn, form: BlockForm | FrameForm | None, refused: str
) -> HttpResponse:
    result = result_of(request, turn.draft, refused=refused)
    if wants_partial(request):
        context = {**result, **composer(turn.draft, turn.chosen, form)}
        if turn.added:
            context["panel"].focus_first()
        part = "_composed.html" if "op" in request.POST else "_typed.html"
        return render(request, f"campaigns/content/{part}", context)
    if refused:
        return editor_page(request, turn.draft, result, panel=form, chosen=turn.chosen)
    asked = {name: result[name] for name in ("locale", "show", "person")}
    return redirect(edit_address(turn.draft.template, **asked, block=turn.chosen))


def _say_errors(form: BlockForm | FrameForm) -> str:
    return " ".join(
        f"{form.fields[name].label}: {text}"
        for name, texts in form.errors.items()
        for text in texts
    )
