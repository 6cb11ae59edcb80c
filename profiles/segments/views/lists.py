"""Pages of static lists: make one, add and remove people, freeze a segment, compare two."""

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
from kernel.access.permissions import require
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.http.htmx import wants_partial
from profiles.segments.forms.draft import DraftForm, read_draft
from profiles.segments.forms.people import NewListForm, PeopleForm
from profiles.segments.models import Segment
from profiles.segments.selectors import pages
from profiles.segments.selectors.authoring import RuleRefused
from profiles.segments.selectors.overlapping import compare_segments
from profiles.segments.services import listing
from profiles.segments.views.builder import START_RULE, rule_context

# As many unknown people as a message can name; the rest is counted.
_NAMED = 10


@require_http_methods(["GET", "POST"])
@require("edit")
def new(request: HttpRequest) -> HttpResponseBase:
    posted = request.method == "POST"
    form = NewListForm(request.POST if posted else None)
    people = PeopleForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid() and people.is_valid():
        now = timezone.now()
        try:
            made = listing.create_list(**form.cleaned_data, now=now)
        except (Conflict, Invalid) as error:
            form.add_error("name", error.message)
        else:
            _record(request, "created", made)
            _add(request, made, people)
            return redirect("profiles:segment", key=made.key)
    context = {"form": form, "people": people}
    status = 422 if posted else 200
    return render(request, "profiles/segments/list_form.html", context, status=status)


@require_POST
@require("edit")
def people(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = pages.get_by_key(key)
    form = PeopleForm(request.POST, request.FILES)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    elif request.POST.get("step") == "remove":
        left = listing.remove_named(found.pk, form.names(), now=timezone.now())
        messages.success(request, f"Taken off “{found.name}”: {left:,}.")
        _record(request, "list_changed", found)
    else:
        _add(request, found, form)
        _record(request, "list_changed", found)
    return redirect("profiles:segment", key=key)


@require_POST
@require("edit")
def take(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = pages.get_by_key(key)
    source = pages.get_by_key(UUID(request.POST["source"]))
    added = listing.add_members_of(found.pk, source.pk, now=timezone.now())
    _record(request, "list_changed", found)
    text = f"New on the list: {added.added:,} of the {added.asked:,} in “{source.name}”."
    messages.success(request, text)
    return redirect("profiles:segment", key=key)


@require_http_methods(["GET", "POST"])
@require("edit")
def query(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = pages.get_by_key(key)
    draft = DraftForm(name="", description="", document=START_RULE)
    if request.method == "POST":
        draft = read_draft(request.POST)
    is_taking = request.POST.get("step") == "take"
    if is_taking and _take_matching(request, found, draft):
        target = reverse("profiles:segment", args=[key])
        return HttpResponseClientRedirect(target) if wants_partial(request) else redirect(target)
    context = {
        "segment": found,
        **rule_context(request, draft, is_refused=is_taking, own_key=found.key),
    }
    part = "#update" if request.POST.get("part") == "preview" else "#builder"
    template = "profiles/segments/query.html" + (part if wants_partial(request) else "")
    return render(request, template, context, status=422 if is_taking else 200)


@require_POST
@require("edit")
def snapshot(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = pages.get_by_key(key)
    try:
        made = listing.snapshot_segment(found, now=timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("profiles:segment", key=key)
    _record(request, "snapshot", made)
    messages.success(
        request, f"“{made.name}” holds who was in at this moment: {made.member_count:,}."
    )
    return redirect("profiles:segment", key=made.key)


@require_GET
@require("view")
def overlap(request: HttpRequest, key: UUID) -> HttpResponse:
    found = pages.get_by_key(key)
    names = pages.names_of_segments()
    names.pop(str(found.key), None)
    asked = request.GET.get("with", "")
    other = pages.get_by_key(UUID(asked)) if asked in names else None
    context = {
        "segment": found,
        "segment_names": names,
        "other": other,
        "overlap": compare_segments(found, other) if other else None,
    }
    return render(request, "profiles/segments/overlap.html", context)


def _add(request: HttpRequest, found: Segment, form: PeopleForm) -> None:
    names = form.names()
    if not names:
        return
    try:
        report = listing.add_named(found.pk, names, now=timezone.now())
    except (Conflict, Invalid) as error:
        messages.error(request, error.message)
        return
    text = f"New on the list: {report.added:,}. On it before: {report.known:,}."
    messages.success(request, text)
    if report.unknown:
        some = ", ".join(report.unknown[:_NAMED])
        more = f" and {len(report.unknown) - _NAMED:,} more" if len(report.unknown) > _NAMED else ""
        messages.warning(request, f"Nobody is known as {some}{more}. They were left out.")


def _take_matching(request: HttpRequest, found: Segment, draft: DraftForm) -> bool:
    """Add who matches a draft; tell whether the draft could be used."""
    if draft.rule is None:
        return False
    try:
        added = listing.add_matching(found.pk, draft.document, now=timezone.now())
    except RuleRefused as error:
        draft.errors = error.errors
        return False
    _record(request, "list_changed", found)
    text = f"New on the list: {added.added:,} of the {added.asked:,} who match."
    messages.success(request, text)
    return True


def _record(request: HttpRequest, verb: str, found: Segment) -> None:
    record(
        actor=actor_of(request.user), verb=verb, object_type="segment", object_id=found.key,
        now=timezone.now(),
    )  # fmt: skip
