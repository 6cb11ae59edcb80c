"""The REST API of templates: drafts, previews, publishing, archiving."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.content import editing, keeping, selectors
from campaigns.content.models import Template
from campaigns.content.previewing import find_person, locale_for, preview_words
from campaigns.content.reviewing import review_drafts
from campaigns.content.rules.rendering import Refusal
from campaigns.content.template_serializers import (
    ArchivedSerializer,
    DraftWordsSerializer,
    NewTemplateSerializer,
    PreviewRequestSerializer,
    PreviewSerializer,
    ReviewSerializer,
    TagsSerializer,
    TemplateSerializer,
    TemplateVersionSerializer,
    UtmSerializer,
)
from campaigns.contracts import Channel, TemplateDraft
from kernel.access.actors import actor_of
from kernel.access.permissions import CanEdit, CanPublish, CanView, CanViewOrEdit, may
from kernel.errors import Conflict, Forbidden
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import whole_list_of
from kernel.http.idempotency import idempotent
from kernel.ids import new_key

_TAGS = ["Templates"]


class Templates(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_templates", tags=_TAGS, responses=whole_list_of(TemplateSerializer),
        summary="List the templates by name; `?tag=` and `?archived=true` choose",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = selectors.list_templates(
            tag=request.query_params.get("tag", ""),
            is_archived=request.query_params.get("archived") == "true",
        )
        return Response({"results": TemplateSerializer(rows, many=True).data})

    @extend_schema(
        operation_id="create_template", tags=_TAGS, request=NewTemplateSerializer,
        responses=TemplateSerializer, summary="Create a template with a draft to write in",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked, now = read_body(NewTemplateSerializer, request), timezone.now()
        channel, message_class = editing.check_purpose(asked["channel"], asked["message_class"])
        purpose = editing.Purpose(
            channel=channel, message_class=message_class, topic=asked["topic"],
            language=keeping.check_language(asked["language"]),
        )  # fmt: skip
        made = editing.start_template(
            asked["name"], key=new_key(now=now), purpose=purpose, actor=actor_of(request.user),
            now=now,
        )  # fmt: skip
        return Response(TemplateSerializer(made).data)


class Draft(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_template_draft", tags=_TAGS, responses=DraftWordsSerializer,
        summary="The words that staff are writing, else the live ones, in all languages",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        return Response(DraftWordsSerializer(keeping.read_words(_find(key))).data)

    @extend_schema(
        operation_id="replace_template_draft", tags=_TAGS, request=DraftWordsSerializer,
        responses=DraftWordsSerializer, summary="Replace the draft, in all languages",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        found, asked = _find(key), read_body(DraftWordsSerializer, request)
        channel, others = Channel(found.channel), asked.pop("translations")
        translations = {
            tag: TemplateDraft(channel=channel, **words) for tag, words in others.items()
        }
        words = TemplateDraft(channel=channel, **asked, translations=translations)
        keeping.replace_draft(found, words, actor=actor_of(request.user), now=timezone.now())
        return Response(DraftWordsSerializer(keeping.read_words(found)).data)


class Versions(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_template_versions", tags=_TAGS, responses=whole_list_of(TemplateVersionSerializer),
        summary="The published versions of a template, newest first",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        rows = [
            {
                "number": version.number, "published_at": version.published_at,
                "locales": selectors.list_locales(version.pk),
            }
            for version in _find(key).versions.order_by("-number")
        ]  # fmt: skip
        return Response({"results": TemplateVersionSerializer(rows, many=True).data})


class Preview(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="preview_template", tags=_TAGS, request=PreviewRequestSerializer,
        responses=PreviewSerializer, summary="The live words as a person would get them",
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        found, asked = _find(key), read_body(PreviewRequestSerializer, request)
        if found.live_version_id is None:
            raise Conflict(f"Nothing of “{found.name}” is published.")
        if asked["person"] and not may(request.user, "view_personal_data"):
            raise Forbidden("This role sees no personal data. Leave the person out.")
        person, locales = (
            find_person(asked["person"]),
            selectors.list_locales(found.live_version_id),
        )
        wanted = asked["locale"] if asked["locale"] in locales else ""
        locale = locale_for(person, locales) if person else wanted
        compiled = selectors.get_compiled_words(found.live_version_id, locale)
        shown = preview_words(compiled, person=person, now=timezone.now())
        words = shown.words
        said: dict[str, Any] = {"subject": "", "html": "", "text": "", "parts": {}, "refusal": ""}
        if isinstance(words, Refusal):
            said["refusal"] = words.reason
        else:
            said |= {
                "subject": words.subject, "html": words.html, "text": words.text,
                "parts": words.fields,
            }  # fmt: skip
        return Response(PreviewSerializer({**said, "locale": locale, "segments": shown.ways}).data)


class Publication(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="publish_template_draft", tags=_TAGS, request=None,
        responses=TemplateSerializer, summary="Publish the draft, in all its languages",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        found = _find(key)
        editing.publish_draft(found, actor=actor_of(request.user), now=timezone.now())
        return Response(TemplateSerializer(_find(key)).data)


class Tags(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="set_template_tags", tags=_TAGS, request=TagsSerializer,
        responses=TemplateSerializer, summary="Replace the tags of a template",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        asked = read_body(TagsSerializer, request)
        done = keeping.set_tags(
            _find(key), asked["tags"], actor=actor_of(request.user), now=timezone.now()
        )
        return Response(TemplateSerializer(done).data)


class Checks(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="check_template_draft", tags=_TAGS, responses=ReviewSerializer,
        summary="What keeps the draft from being published, and what to look at before",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        return Response(ReviewSerializer(review_drafts(_find(key))).data)


class Utm(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_template_utm", tags=_TAGS, responses=UtmSerializer,
        summary="How the links of a template are marked",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        return Response(UtmSerializer(_find(key)).data)

    @extend_schema(
        operation_id="set_template_utm", tags=_TAGS, request=UtmSerializer,
        responses=UtmSerializer, summary="Say whether and how the links of a template are marked",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        asked = read_body(UtmSerializer, request)
        keeping.set_utm(
            _find(key), takes_utm=asked["takes_utm"], campaign=asked["utm_campaign"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(UtmSerializer(_find(key)).data)


class Archive(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="archive_template", tags=_TAGS, request=ArchivedSerializer,
        responses=TemplateSerializer, summary="Take a template out of use, or back into it",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        asked = read_body(ArchivedSerializer, request)
        done = keeping.set_archived(
            _find(key), is_archived=asked["is_archived"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response(TemplateSerializer(done).data)


def _find(key: str) -> Template:
    return selectors.get_template(read_key(key, thing="template"))
