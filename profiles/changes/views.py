"""Pages: attributes set for everybody who matches: a new change, all changes, stop and undo."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of, name_actors
from kernel.access.permissions import require
from kernel.errors import DomainError
from kernel.http.htmx import wants_partial
from kernel.ui.forms import show_error
from profiles.changes import services
from profiles.changes.forms import ChangeForm
from profiles.changes.models import TraitChange
from profiles.directory import selectors
from profiles.directory.list_views import chosen_filters, narrowing_of

_PAGE = 25


@require_GET
@require("view_personal_data")
def changes(request: HttpRequest) -> HttpResponse:
    rows = TraitChange.objects.select_related("segment").order_by("-id")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    names = name_actors(one.created_by for one in page)
    context = {
        "page": page, "lines": [(one, names[one.created_by]) for one in page],
        "is_working": any(one.is_working for one in page),
    }  # fmt: skip
    part = "#changes" if wants_partial(request) else ""
    return render(request, f"profiles/changes/list.html{part}", context)


@require_http_methods(["GET", "POST"])
@require("publish")
def new_change(request: HttpRequest) -> HttpResponseBase:
    """Ask for a change; the filters of the list of people lie in the address, a search does not count."""
    form = ChangeForm(request.POST or None)
    filters = {name: value for name, value in chosen_filters(request).items() if name != "q"}
    narrowing = narrowing_of(request)
    if request.method == "POST" and form.is_valid():
        wish = services.Wish(trait=form.cleaned_data["trait"], value=form.read, narrowing=narrowing)
        try:
            services.ask_change(wish, actor=actor_of(request.user), now=timezone.now())
        except DomainError as error:
            show_error(form, error, names={"name": "trait"})
        else:
            messages.success(request, "The attribute is being set. It can be stopped and undone.")
            return redirect("profiles:trait_changes")
    count, is_all = selectors.count_people(narrowing)
    context = {
        "form": form, "count": count, "is_all": is_all,
        "filters": urlencode(filters),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "profiles/changes/new.html", context, status=status)


@require_POST
@require("publish")
def act(request: HttpRequest, key: UUID, action: str) -> HttpResponseBase:
    """Stop a change, or undo it."""
    do, told = {
        "stop": (services.stop_change, "Stopped. Who was reached keeps the value until it is undone."),
        "undo": (services.undo_change, "What people had before is being put back."),
    }[action]  # fmt: skip
    try:
        do(key, actor=actor_of(request.user), now=timezone.now())
        messages.success(request, told)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("profiles:trait_changes")
