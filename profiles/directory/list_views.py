"""Pages: the list of people with filters, saved views, actions on many, and CSV."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.audit import record
from kernel.errors import DomainError
from kernel.http.downloads import csv_answer
from kernel.http.numbers import read_number
from profiles.directory import selectors, services
from profiles.directory.models import SavedView
from profiles.directory.queries import Narrowing
from profiles.directory.rules import KNOWN_CHOICES, SEEN_CHOICES, parse_key, seen_since
from profiles.segments.models import Segment, SegmentKind, SegmentStatus
from profiles.segments.selectors.summaries import find_segment_id, list_choices

_FILTERS = ("q", "segment", "seen", "known")


@require_GET
@require("view")
def people(request: HttpRequest) -> HttpResponse:
    """The list of people; filters lie in the address."""
    before, is_masked = request.GET.get("before", ""), _is_masked(request)
    found, more = selectors.list_people(
        query=_query(request), is_masked=is_masked, narrowing=narrowing_of(request),
        before_id=read_number(before),
    )  # fmt: skip
    owner = actor_of(request.user)
    lists = Segment.objects.filter(status=SegmentStatus.LIVE, kind=SegmentKind.LIST)
    chosen = {name: request.GET.get(name, "") for name in _FILTERS}
    context = {
        "people": found, "more": more, "query": chosen["q"].strip(), "chosen": chosen,
        "is_first": not before, "is_masked": is_masked, "seen": SEEN_CHOICES.items(),
        "segments": list_choices(), "lists": lists.order_by("name")[:500],
        "filters": urlencode(chosen_filters(request)),
        "own_views": SavedView.objects.filter(owner=owner).order_by("name"),
        "shared_views": SavedView.objects.filter(is_shared=True).exclude(owner=owner).order_by("name")[:50],
    }  # fmt: skip
    return render(request, "profiles/directory/list.html", context)


@require_GET
@require("view_personal_data")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Stream everybody whom the filters leave, page by page, as CSV; audited."""
    actor, now = actor_of(request.user), timezone.now()
    filters = sorted(chosen_filters(request))
    record(
        actor=actor, verb="exported", object_type="customers", object_id="list",
        after={"filters": filters}, now=now,
    )  # fmt: skip
    rows = _rows(_query(request), narrowing_of(request), is_masked=_is_masked(request))
    return csv_answer(f"people-{now:%Y-%m-%d}", rows)


@require_POST
@require("view")
def save_view(request: HttpRequest) -> HttpResponseBase:
    """Keep the filters under a name, or forget a view."""
    owner, filters = actor_of(request.user), request.POST.get("filters", "")
    try:
        forgotten = read_number(request.POST.get("forget", ""))
        if forgotten is not None:
            services.delete_view(forgotten, owner=owner)
            messages.success(request, "The view is gone.")
        else:
            view = services.save_view(
                request.POST.get("name", ""), query=filters, owner=owner, now=timezone.now(),
                is_shared="shared" in request.POST,
            )  # fmt: skip
            messages.success(request, f"“{view.name}” is saved.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('profiles:list')}?{filters}")


@require_POST
@require("edit")
def act(request: HttpRequest) -> HttpResponseBase:
    """Do something with the chosen people: put them on a list, set a trait, or erase them."""
    keys = [key for key in map(parse_key, request.POST.getlist("person")) if key]
    actor, now = actor_of(request.user), timezone.now()
    if request.POST.get("action") == "erase":
        return _erase(request, keys, actor=actor, now=now)
    if request.POST.get("action") == "set":
        return _set(request, keys, actor=actor, now=now)
    try:
        target = parse_key(request.POST.get("list", ""))
        chosen = Segment.objects.filter(key=target).first() if target else None
        if chosen is None:
            messages.error(request, "Choose a static list first. Segments → New list makes one.")
        else:
            added = services.list_chosen(keys, chosen.pk, actor=actor, now=now)
            messages.success(request, f"{added:,} people are new on “{chosen.name}”.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("profiles:list")


def _set(request: HttpRequest, keys: list[UUID], *, actor: str, now: datetime) -> HttpResponseBase:
    name = request.POST.get("trait", "")
    try:
        people = services.set_chosen(
            keys, name=name, text=request.POST.get("value", ""),
            kind=request.POST.get("kind", "text"), actor=actor, now=now,
        )  # fmt: skip
        messages.success(request, f"“{name.strip()}” is set for {people:,} people.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("profiles:list")


def _erase(
    request: HttpRequest, keys: list[UUID], *, actor: str, now: datetime
) -> HttpResponseBase:
    if not may(request.user, "administer"):
        return refuse(request, "administer")
    context = {"keys": keys, "count": len(keys), "reason": request.POST.get("reason", "")}
    status = 200
    if "confirmation" in request.POST:
        try:
            erased = services.erase_chosen(
                keys, confirmed=request.POST["confirmation"], actor=actor,
                reason=str(context["reason"]), now=now,
            )  # fmt: skip
            messages.success(request, f"{erased:,} people were erased. Later events are refused.")
            return redirect("profiles:list")
        except DomainError as error:
            context["problem"], status = error.message, 422
    elif not keys:
        messages.error(request, "Choose people first.")
        return redirect("profiles:list")
    return render(request, "profiles/directory/erase_many.html", context, status=status)


def chosen_filters(request: HttpRequest) -> dict[str, str]:
    """Return the search and the filters that lie in the address."""
    return {name: value for name in _FILTERS if (value := request.GET.get(name, ""))}


def _query(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip().replace("\0", "")[:255]


def narrowing_of(request: HttpRequest) -> Narrowing:
    """Return what the filters in the address leave."""
    key = parse_key(request.GET.get("segment", ""))
    return Narrowing(
        segment_id=find_segment_id(key) if key else None,
        seen_since=seen_since(request.GET.get("seen", ""), now=timezone.now()),
        is_known=KNOWN_CHOICES.get(request.GET.get("known", "")),
    )


def _rows(query: str, narrowing: Narrowing, *, is_masked: bool) -> Iterator[Sequence[object]]:
    yield "key", "name", "email", "phone", "user_id", "first_seen_at", "last_at"
    before_id: int | None = None
    while True:
        found, more = selectors.list_people(
            query=query, before_id=before_id, is_masked=is_masked, narrowing=narrowing
        )
        for one in found:
            cells = [one.name, one.email or "", one.phone or "", one.user_id or ""]
            times = [at.isoformat() if at else "" for at in (one.first_seen_at, one.last_at)]
            yield one.key, *cells, *times
        if more is None:
            return
        before_id = more


def _is_masked(request: HttpRequest) -> bool:
    return not may(request.user, "view_personal_data")
