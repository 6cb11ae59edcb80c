"""Pages of segments: the list, one segment, and why somebody is in it or not."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.audit import record
from kernel.errors import Conflict
from kernel.http.downloads import csv_answer
from kernel.ui.charts.spark import Spark, spark
from profiles.contracts import CustomerSummary, IdentityRef
from profiles.customers.selectors import find_customer
from profiles.identities.rules import EMAIL, PHONE, USER_ID
from profiles.segments.forms.people import PeopleForm
from profiles.segments.selectors import pages
from profiles.segments.selectors.authoring import read_rule
from profiles.segments.selectors.explaining import explain_person
from profiles.segments.selectors.exporting import iter_members
from profiles.segments.selectors.using import list_users
from profiles.segments.services import publishing
from profiles.segments.services.proving import verify_segment


@require_GET
@require("view")
def segments(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    archived = request.GET.get("show") == "archived"
    rows = pages.list_rows(query=query, archived=archived, now=timezone.now())
    shown = [
        {
            "row": row,
            "spark": spark(Spark(title="Size, last 30 days", values=list(row.sizes))),
        }
        for row in rows
    ]
    context = {"rows": shown, "query": query, "archived": archived}
    return render(request, "profiles/segments/list.html", context)


@require_GET
@require("view")
def segment(request: HttpRequest, key: UUID) -> HttpResponse:
    found, now = pages.get_by_key(key), timezone.now()
    names = pages.names_of_segments()
    is_list = found.kind == "list"
    live = read_rule(found.live_version.rule) if found.live_version and not is_list else None
    changes = pages.list_changes(found)
    show_people = may(request.user, "view_personal_data")
    some = pages.list_some_members(found)
    ids = {change.customer_id for change in changes} | {member.id for member in some}
    called = pages.names_of_people(ids) if show_people else {}
    context = {
        "segment": found,
        "sentence": pages.sentence(live, names) if live else "",
        "spark": spark(
            Spark(
                title="Size, last 30 days",
                values=pages.sizes_by_day([found], now=now)[found.pk],
                wide=True,
            )
        ),
        "is_list": is_list,
        "people_form": PeopleForm() if is_list and found.status == "live" else None,
        "segment_names": {key: name for key, name in names.items() if key != str(found.key)},
        "members": [(member, called.get(member.id, "")) for member in some],
        "changes": [(change, called.get(change.customer_id, "")) for change in changes],
        "versions": found.versions.order_by("-number")[:20],
        "used_by": list_users(found),
        "show_people": show_people,
    }
    return render(request, "profiles/segments/detail.html", context)


@require_GET
@require("view_personal_data")
def check(request: HttpRequest, key: UUID) -> HttpResponse:
    found = pages.get_by_key(key)
    asked = request.GET.get("person", "").strip()[:255]
    customer = _find(asked) if asked else None
    explanation = None
    if customer and found.live_version and found.kind == "rule":
        explanation = explain_person(
            read_rule(found.live_version.rule),
            customer.id,
            pages.names_of_segments(),
            segment_id=found.pk,
            now=timezone.now(),
        )
    context = {"segment": found, "asked": asked, "customer": customer, "explanation": explanation}
    return render(request, "profiles/segments/check.html", context)


@require_GET
@require("view_personal_data")
def export(request: HttpRequest, key: UUID) -> StreamingHttpResponse:
    found = pages.get_by_key(key)
    record(
        actor=actor_of(request.user),
        verb="exported",
        object_type="segment",
        object_id=found.key,
        now=timezone.now(),
    )
    return csv_answer(f"segment-{found.key}", _rows(found.pk))


@require_POST
@require("publish")
def archive(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found, now = pages.get_by_key(key), timezone.now()
    try:
        publishing.archive_segment(found.pk, now=now)
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("profiles:segment", key=key)
    actor = actor_of(request.user)
    record(actor=actor, verb="archived", object_type="segment", object_id=found.key, now=now)
    messages.success(request, f"“{found.name}” is archived. Its history stays.")
    return redirect("profiles:segments")


@require_POST
@require("publish")
def verify(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found, now = pages.get_by_key(key), timezone.now()
    if found.status != "live" or found.kind != "rule":
        messages.error(request, "Only a live segment with a rule can be verified.")
        return redirect("profiles:segment", key=key)
    proof = verify_segment(found.pk, now=now)
    actor = actor_of(request.user)
    record(actor=actor, verb="verified", object_type="segment", object_id=found.key, now=now)
    text = f"“{found.name}” is recomputed: {proof.differences:,} people were in the wrong place."
    messages.success(request, text)
    return redirect("profiles:segment", key=key)


@require_http_methods(["POST"])
@require("edit")
def duplicate(request: HttpRequest, key: UUID) -> HttpResponseBase:
    copy = publishing.duplicate_segment(pages.get_by_key(key), now=timezone.now())
    messages.success(request, f"“{copy.name}” is a draft. Nobody is in it until you publish it.")
    return redirect("profiles:segment-edit", key=copy.key)


def _find(asked: str) -> CustomerSummary | None:
    for kind in (EMAIL, USER_ID, PHONE):
        found = find_customer(IdentityRef(kind=kind, value=asked))
        if found:
            return found
    return None


def _rows(segment_id: int) -> Iterator[Sequence[object]]:
    yield "customer_key", "email", "in_since"
    for row in iter_members(segment_id):
        yield row.key, row.email or "", row.since.isoformat()
