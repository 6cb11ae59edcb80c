"""The REST API of trying: one made-up person, dry runs over real days, and the specs of a journey."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.journeys import selectors
from campaigns.journeys.models import Journey
from campaigns.journeys.rules.specs import Given, SpecDocument
from campaigns.journeys.serializers import (
    DryRunSerializer,
    GivenSerializer,
    NewDryRunSerializer,
    NewSpecSerializer,
    SpecSerializer,
    TriedSerializer,
    VerdictSerializer,
)
from campaigns.journeys.services import specifying
from campaigns.journeys.services.drafting import shown_definition
from campaigns.journeys.services.dry_run_queue import ask_dry_run
from campaigns.journeys.trial_models import DryRun, JourneySpec
from kernel.access.actors import actor_of
from kernel.access.permissions import CanEdit, CanViewOrEdit
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.idempotency import idempotent

_TAGS = ["Journeys"]


class Trial(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="try_journey", tags=_TAGS, request=GivenSerializer, responses=TriedSerializer,
        summary="Let somebody made up run through the draft; nothing is stored or sent",
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        asked = read_body(GivenSerializer, request)
        given = specifying.read_given(Given, _plain(asked))
        journey = _find(key)
        tried = specifying.try_given(journey, given, shown_definition(journey), now=timezone.now())
        return Response(TriedSerializer(tried).data)


class DryRuns(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_journey_dry_runs", tags=_TAGS, responses=DryRunSerializer(many=True),
        summary="The newest twenty dry runs of a journey",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        runs = DryRun.objects.filter(journey=_find(key)).order_by("-asked_at")[:20]
        return Response([_dry_run(run) for run in runs])

    @extend_schema(
        operation_id="ask_journey_dry_run", tags=_TAGS, request=NewDryRunSerializer,
        responses=DryRunSerializer, summary="Ask for a dry run of the draft; a worker makes it",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        found, journey = read_body(NewDryRunSerializer, request), _find(key)
        parts: dict[str, Any] = {"Draft": shown_definition(journey)}
        if found["beside"] is not None:
            version = journey.versions.filter(number=found["beside"]).first()
            if version is None:
                raise Invalid("beside", "There is no such version of this journey.")
            parts[f"Version {version.number}"] = version.definition
        run = ask_dry_run(
            journey, parts, days=found["days"], with_imports=found["with_imports"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(_dry_run(run))


class OneDryRun(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_journey_dry_run", tags=_TAGS, responses=DryRunSerializer,
        summary="One dry run with what it found",
    )  # fmt: skip
    def get(self, _request: Request, key: str, run: str) -> Response:
        wanted = read_key(run, thing="dry run")
        found = DryRun.objects.filter(journey=_find(key), key=wanted).first()
        if found is None:
            raise NotFound("There is no such dry run of this journey.")
        return Response(_dry_run(found))


class Specs(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_journey_specs", tags=_TAGS, responses=SpecSerializer(many=True),
        summary="The specs of a journey",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        rows = JourneySpec.objects.filter(journey=_find(key)).order_by("name")
        return Response(SpecSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="create_journey_spec", tags=_TAGS, request=NewSpecSerializer,
        responses=SpecSerializer, summary="Keep a spec with a journey",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        return Response(_save(request, _find(key), None))


class OneSpec(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="replace_journey_spec", tags=_TAGS, request=NewSpecSerializer,
        responses=SpecSerializer, summary="Replace a spec",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str, spec: str) -> Response:
        journey = _find(key)
        return Response(_save(request, journey, _spec(journey, spec)))

    @extend_schema(
        operation_id="delete_journey_spec", tags=_TAGS,
        responses={204: OpenApiResponse(description="It is deleted.")}, summary="Delete a spec",
    )  # fmt: skip
    def delete(self, request: Request, key: str, spec: str) -> Response:
        found = _spec(_find(key), spec)
        specifying.delete_spec(found, actor=actor_of(request.user), now=timezone.now())
        return Response(status=204)


class SpecsRun(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="run_journey_specs", tags=_TAGS, request=None,
        responses=VerdictSerializer(many=True),
        summary="Run every spec through the draft; nothing is stored or sent",
    )  # fmt: skip
    def post(self, _request: Request, key: str) -> Response:
        journey = _find(key)
        verdicts = specifying.run_specs(journey, shown_definition(journey), now=timezone.now())
        return Response([
            {
                **SpecSerializer(one.spec).data, "is_met": one.is_met,
                "differences": list(one.differences),
            }
            for one in verdicts
        ])  # fmt: skip


def _find(key: str) -> Journey:
    return selectors.get_journey(read_key(key, thing="journey"))


def _spec(journey: Journey, key: str) -> JourneySpec:
    found = JourneySpec.objects.filter(journey=journey, key=read_key(key, thing="spec")).first()
    if found is None:
        raise NotFound("There is no such spec of this journey.")
    return found


def _save(request: Request, journey: Journey, spec: JourneySpec | None) -> Any:
    asked = read_body(NewSpecSerializer, request)
    document = specifying.read_given(SpecDocument, _plain(asked["document"]))
    saved = specifying.save_spec(
        journey, spec, name=asked["name"], document=document,
        actor=actor_of(request.user), now=timezone.now(),
    )  # fmt: skip
    return SpecSerializer(saved).data


def _plain(found: Any) -> Any:
    """Return validated parts as plain JSON values."""
    if isinstance(found, dict):
        return {str(name): _plain(value) for name, value in found.items()}
    return [_plain(value) for value in found] if isinstance(found, list) else found


def _dry_run(run: DryRun) -> Any:
    labels = [part["label"] for part in run.parts]
    results = [{"label": label, **found} for label, found in zip(labels, run.results, strict=False)]
    return DryRunSerializer({
        "key": run.key, "days": run.days, "with_imports": run.with_imports, "status": run.status,
        "error": run.error, "asked_at": run.asked_at, "finished_at": run.finished_at,
        "results": results,
    }).data  # fmt: skip
