"""Pages of computed traits: the list, one trait, and its form with a preview."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.http.htmx import wants_partial
from profiles.computed.forms import MEASURES, START, TraitForm, check_form, read_form
from profiles.computed.models import ComputedTrait
from profiles.computed.rules.definition import parse_definition
from profiles.computed.selectors import reading
from profiles.computed.selectors.previewing import preview_definition
from profiles.computed.services import defining
from profiles.segments.forms.operators import CHOICES


@require_GET
@require("view")
def traits(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    archived = request.GET.get("show") == "archived"
    found = reading.list_traits(query=query, archived=archived)
    users = reading.list_users_of(found)
    rows = [
        {
            "trait": trait,
            "sentence": parse_definition(trait.definition).words(),
            "used_by": users[trait.field],
        }
        for trait in found
    ]
    context = {"rows": rows, "query": query, "archived": archived}
    return render(request, "profiles/computed/list.html", context)


@require_GET
@require("view")
def trait(request: HttpRequest, key: UUID) -> HttpResponse:
    found = reading.get_trait(key)
    context = {
        "trait": found,
        "sentence": parse_definition(found.definition).words(),
        "frequent": reading.frequent_values(found),
        "used_by": reading.list_users(found),
        "may_edit": may(request.user, "publish") and found.status == "live",
    }
    part = "#state" if wants_partial(request) else ""
    return render(request, f"profiles/computed/detail.html{part}", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _submitted(request, None)
    form = TraitForm(name="", slug="", description="", document=START)
    return _draw(request, _Page(form=form))


@require_http_methods(["GET", "POST"])
@require("edit")
def edit(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = reading.get_trait(key)
    if request.method == "POST":
        return _submitted(request, found)
    form = TraitForm(
        name=found.name,
        slug=found.slug,
        description=found.description,
        document=found.definition,
    )
    return _draw(request, _Page(form=check_form(form), trait=found))


@require_POST
@require("publish")
def rfm(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    event = request.POST.get("event", "").strip()[:200] or "Order Completed"
    made = defining.create_rfm(event, at_once=False, now=now)
    for one in made:
        _record(request, "created", one)
    text = (
        f"{len(made)} scores over “{event}” are made; values appear in a moment."
        if made
        else "The scores exist already."
    )
    messages.success(request, text)
    return redirect("profiles:computed")


@require_POST
@require("publish")
def archive(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = reading.get_trait(key)
    try:
        defining.archive_trait(found.pk, now=timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("profiles:computed-trait", key=key)
    _record(request, "archived", found)
    messages.success(request, f"“{found.name}” is archived; its values are gone.")
    return redirect("profiles:computed")


@dataclass(slots=True, kw_only=True)
class _Page:
    form: TraitForm
    trait: ComputedTrait | None = None
    status: int = 200


def _submitted(request: HttpRequest, found: ComputedTrait | None) -> HttpResponseBase:
    form = read_form(request.POST)
    if found is not None:
        form.slug = found.slug
    page = _Page(form=form, trait=found)
    if request.POST.get("step") != "save":
        return _draw(request, page)
    if not may(request.user, "publish"):
        return refuse(request, "publish")
    page.status = 422
    if form.definition is None:
        return _draw(request, page)
    now = timezone.now()
    try:
        if found is None:
            saved = defining.create_trait(form.draft(), at_once=False, now=now)
        else:
            saved = defining.change_trait(found.pk, form.draft(), now=now)
    except (Conflict, Invalid) as error:
        form.errors = [error.message]
        return _draw(request, page)
    _record(request, "created" if found is None else "changed", saved)
    messages.success(request, f"“{saved.name}” is saved.")
    target = reverse("profiles:computed-trait", args=[saved.key])
    return HttpResponseClientRedirect(target) if wants_partial(request) else redirect(target)


def _draw(request: HttpRequest, page: _Page) -> HttpResponse:
    form = page.form
    context: dict[str, Any] = {
        "trait": page.trait,
        "form": form,
        "node": form.selection,
        "measures": MEASURES,
        "choices": CHOICES,
        "is_refused": page.status == 422,
        "may_publish": may(request.user, "publish"),
    }
    if form.definition is not None:
        context["preview"] = preview_definition(form.definition, now=timezone.now())
        context["sentence"] = form.definition.words()
    part = "#builder" if wants_partial(request) else ""
    return render(request, f"profiles/computed/edit.html{part}", context, status=page.status)


def _record(request: HttpRequest, verb: str, found: ComputedTrait) -> None:
    record(
        actor=actor_of(request.user),
        verb=verb,
        object_type="computed_trait",
        object_id=found.key,
        after={"slug": found.slug, "definition": found.definition},
        now=timezone.now(),
    )
