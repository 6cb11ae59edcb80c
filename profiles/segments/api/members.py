"""The REST API of memberships: who is in, why one person is, what changed, lists by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from kernel.access.permissions import CanEdit, CanView, may
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.paging import PAGE, decode_cursor, encode_cursor, page_body, page_of, read_page
from kernel.http.idempotency import idempotent
from profiles.customers.models import Customer
from profiles.segments.api.definitions import (
    TAGS,
    audit,
    find_live,
    find_segment,
    show_segment,
)
from profiles.segments.models import Segment, SegmentMember
from profiles.segments.queries.feed import ChangeRow, list_changes_after
from profiles.segments.queries.holding import is_held
from profiles.segments.queries.lists import Added
from profiles.segments.queries.preview import MemberRow, list_members_after
from profiles.segments.selectors import pages
from profiles.segments.selectors.authoring import read_rule
from profiles.segments.selectors.explaining import explain_person
from profiles.segments.selectors.finding import find_named
from profiles.segments.selectors.summaries import find_segment_id
from profiles.segments.serializers import (
    ChangeFeedSerializer,
    MemberSerializer,
    MembershipSerializer,
    PeopleReportSerializer,
    PeopleSerializer,
    SegmentSerializer,
    SnapshotSerializer,
)
from profiles.segments.services import listing

_START = ("0", 0)


class Members(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_segment_members", tags=TAGS, parameters=PAGE,
        responses=page_of(MemberSerializer), summary="List who is in a segment",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        found = find_segment(key)
        page = read_page(request, position=[int])
        rows = list_members_after(found.pk, page.after[0] if page.after else 0, most=page.fetch)
        is_masked = not may(request.user, "view_personal_data")

        def show(row: MemberRow) -> dict[str, Any]:
            email = None if is_masked else row.email
            return {"customer": row.key, "since": row.since, "email": email}

        body = page_body(request, rows, page, position=lambda row: (row.id,), show=show)
        return Response(body)


class Membership(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_membership", tags=TAGS, responses=MembershipSerializer,
        summary="Tell whether one person is in, and why or why not",
    )  # fmt: skip
    def get(self, request: Request, key: str, person: str) -> Response:
        found = find_live(key)
        customer = _find_customer(person)
        since = SegmentMember.objects.filter(segment=found, customer=customer)
        since_at = since.values_list("since", flat=True).first()
        body = {
            "customer": customer.key, "is_member": since_at is not None, "since": since_at,
            "is_held_back": is_held(found.pk, customer.pk),
        }  # fmt: skip
        return Response(body | {"reason": _reason(request, found, customer)})


class Changes(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_segment_changes", tags=TAGS,
        parameters=[*PAGE, OpenApiParameter("segment", UUID, description="One segment only.")],
        responses=ChangeFeedSerializer,
        summary="Read who entered and left, oldest first; follow `next` for what comes after",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        limit = read_page(request, position=[str, int]).limit
        cursor = request.query_params.get("cursor", "")
        after = decode_cursor(cursor, [_digits, int]) if cursor else _START
        asked = request.query_params.get("segment", "")
        segment_id = _asked_segment(asked) if asked else None
        rows = list_changes_after((str(after[0]), int(after[1])), segment_id=segment_id, most=limit)
        last = (rows[-1].xid, rows[-1].id) if rows else after
        address = replace_query_param(request.build_absolute_uri(), "cursor", encode_cursor(last))
        return Response({"results": [_show_change(row) for row in rows], "next": address})


class People(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="change_list", tags=TAGS, request=PeopleSerializer,
        responses=PeopleReportSerializer, summary="Add people to a static list, or take some off",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        found, now = find_segment(key), timezone.now()
        given = read_body(PeopleSerializer, request)
        report = listing.add_named(
            found.pk, given["add"], may_start_journeys=given["may_start_journeys"], now=now
        )
        added, known = report.added, report.known
        for more in _add_in_sets(found, given, now=now):
            added, known = added + more.added, known + more.asked - more.added
        removed = listing.remove_named(found.pk, given["remove"], now=now)
        audit(request, "list_changed", found)
        return Response(
            {"added": added, "removed": removed, "known": known, "unknown": list(report.unknown)}
        )


class Snapshot(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="snapshot_segment", tags=TAGS, request=SnapshotSerializer,
        responses={201: SegmentSerializer}, summary="Freeze who is in now as a new static list",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        entries = read_body(SnapshotSerializer, request)
        made = listing.snapshot_segment(find_live(key), name=entries["name"], now=timezone.now())
        audit(request, "snapshot", made)
        return Response(show_segment(made), status=201)


def _add_in_sets(found: Segment, given: Mapping[str, Any], *, now: datetime) -> Iterator[Added]:
    if "matching" in given:
        yield listing.add_matching(found.pk, given["matching"], now=now)
    if "members_of" in given:
        source_id = find_segment_id(given["members_of"])
        if source_id is None:
            raise Invalid("members_of", "There is no such segment, or it is archived.")
        yield listing.add_members_of(found.pk, source_id, now=now)


def _reason(request: Request, segment: Segment, customer: Customer) -> dict[str, Any] | None:
    if segment.kind == "list" or not may(request.user, "view_personal_data"):
        return None
    live = segment.live_version
    explained = live and explain_person(
        read_rule(live.rule), customer.pk, pages.names_of_segments(), segment_id=segment.pk,  # type: ignore[arg-type]
        now=timezone.now(),
    )  # fmt: skip
    return asdict(explained.reason) if explained else None


def _find_customer(text: str) -> Customer:
    found: Sequence[int] = list(find_named([text]).values())
    customer = Customer.objects.filter(pk__in=found).select_related("merged_into").first()
    customer = customer.merged_into or customer if customer else None
    if customer is None or customer.erased_at:
        raise NotFound("There is no such customer.")
    return customer


def _show_change(row: ChangeRow) -> dict[str, Any]:
    return {
        "id": row.id, "customer": row.customer, "entered": row.entered, "at": row.at,
        "segment": row.segment, "cause": row.cause, "version": row.version,
        "may_start_journeys": row.may_start_journeys,
    }  # fmt: skip


def _digits(value: Any) -> str:
    text = str(value)
    if not (text.isdecimal() and text.isascii()) or int(text) >= 2**64:
        raise ValueError
    return text


def _asked_segment(text: str) -> int:
    try:
        return int(pages.get_by_key(_uuid(text)).pk)
    except NotFound:
        raise Invalid("segment", "There is no such segment.") from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("segment", "Give the key of a segment.") from None
