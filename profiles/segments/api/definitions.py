"""The REST API of segments: definitions, publishing, counting a rule."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanViewOrEdit, may
from kernel.audit import record
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, newest_page, page_of
from kernel.http.idempotency import idempotent
from profiles.segments.models import Segment
from profiles.segments.selectors import pages
from profiles.segments.selectors.authoring import read_rule
from profiles.segments.selectors.previewing import preview_rule
from profiles.segments.selectors.using import list_users
from profiles.segments.serializers import (
    ChangedSegmentSerializer,
    CountSerializer,
    NewSegmentSerializer,
    PublishedSerializer,
    PublishSerializer,
    RuleSerializer,
    SegmentDetailSerializer,
    SegmentSerializer,
)
from profiles.segments.services import publishing
from profiles.segments.services.listing import create_list

TAGS = ["Segments"]


class Segments(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_segments", tags=TAGS, parameters=PAGE, responses=page_of(SegmentSerializer),
        summary="List segments and static lists, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = Segment.objects.select_related("live_version")
        return Response(newest_page(request, rows, show=show_segment))

    @extend_schema(
        operation_id="create_segment", tags=TAGS, request=NewSegmentSerializer,
        responses={201: SegmentDetailSerializer},
        summary="Create a segment as a draft, or an empty static list",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        given, now = read_body(NewSegmentSerializer, request), timezone.now()
        words = {"name": given["name"], "description": given["description"]}
        if given["kind"] == "list":
            made = create_list(**words, now=now)
        elif "rule" in given:
            made = publishing.create_segment(**words, rule=given["rule"], now=now)
        else:
            raise Invalid("rule", "Give the rule of the segment.")
        audit(request, "created", made)
        return Response(_show_whole(made), status=201)


class OneSegment(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_segment", tags=TAGS, responses=SegmentDetailSerializer,
        summary="Show one segment with its rule and what uses it",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        body = _show_whole(find_segment(key))
        return answer_with_etag(request, body, etag=_etag(body))

    @extend_schema(
        operation_id="change_segment", tags=TAGS, request=ChangedSegmentSerializer,
        responses=SegmentDetailSerializer, summary="Change name, description or the draft of the rule",
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, key: str) -> Response:
        found = find_segment(key)
        if request.headers.get("If-Match"):
            require_match(request, etag=_etag(_show_whole(found)))
        entries = read_body(ChangedSegmentSerializer, request)
        saved = publishing.change_segment(found.pk, **entries, now=timezone.now())
        audit(request, "changed", saved)
        return Response(_show_whole(saved))

    @extend_schema(
        operation_id="archive_segment", tags=TAGS, responses={204: None},
        summary="Archive a segment; 409 while something uses it",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        if not may(request.user, "publish"):
            raise Forbidden("Archiving a segment needs the role publisher.")
        found = find_segment(key)
        publishing.archive_segment(found.pk, now=timezone.now())
        audit(request, "archived", found)
        return Response(status=204)


class Publish(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="publish_segment", tags=TAGS, request=PublishSerializer,
        responses=PublishedSerializer, summary="Make the draft the rule that counts",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        found = find_segment(key)
        entries = read_body(PublishSerializer, request)
        report = publishing.publish_segment(found.pk, **entries, now=timezone.now())
        audit(request, "published", found)
        shown = {
            "version": report.version, "people": report.members, "entered": report.entered,
            "left": report.left, "held_back": report.held_back,
        }  # fmt: skip
        return Response(shown)


class Count(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="count_rule", tags=TAGS, request=RuleSerializer, responses=CountSerializer,
        summary="Count who matches a rule now: exact where that is quick, else an estimate",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        root = read_rule(read_body(RuleSerializer, request)["rule"]).root
        found = preview_rule(root, now=timezone.now(), is_masked=True)
        size = found.size
        return Response(
            {
                "number": size.number, "low": size.low, "high": size.high,
                "is_exact": size.is_exact, "of_people": found.people,
            }
        )  # fmt: skip


def show_segment(segment: Segment) -> dict[str, Any]:
    """Return a segment as lists show it."""
    live = segment.live_version
    return {
        "key": segment.key, "name": segment.name, "description": segment.description,
        "kind": segment.kind, "status": segment.status, "people": segment.member_count,
        "version": live.number if live else None, "verified_at": segment.verified_at,
        "verified_differences": segment.verified_differences,
        "sampled_at": segment.sampled_at, "sampled_differences": segment.sampled_differences,
        "is_set_aside": segment.parked_at is not None,
    }  # fmt: skip


def audit(request: Request, verb: str, segment: Segment) -> None:
    """Record what somebody did to a segment."""
    record(
        actor=actor_of(request.user), verb=verb, object_type="segment", object_id=segment.key,
        now=timezone.now(),
    )  # fmt: skip


def find_segment(key: str) -> Segment:
    """Return the segment of a key in an address; raises `NotFound`."""
    return pages.get_by_key(read_key(key, thing="segment"))


def find_live(key: str) -> Segment:
    """Return a segment that has a published rule or is a list; raises `Conflict` for a draft."""
    found = find_segment(key)
    if found.live_version is None:
        raise Conflict(f"“{found.name}” is a draft; publish it first.")
    return found


def _show_whole(segment: Segment) -> dict[str, Any]:
    is_rule = segment.kind == "rule"
    live = segment.live_version.rule if segment.live_version and is_rule else None
    words = ""
    if live or segment.draft_rule:
        words = pages.sentence(read_rule(live or segment.draft_rule), pages.names_of_segments())
    users = [{"kind": one.kind, "name": one.name, "url": one.url} for one in list_users(segment)]
    return {
        **show_segment(segment), "rule": live, "draft_rule": segment.draft_rule,
        "sentence": words, "used_by": users,
    }  # fmt: skip


def _etag(body: dict[str, Any]) -> str:
    """Return the ETag of what can be edited, so that a moving size does not refuse an edit."""
    edited = ("key", "name", "description", "status", "version", "rule", "draft_rule")
    return etag_of([body[name] for name in edited])
