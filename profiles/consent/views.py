"""Staff's pages about consent: counts and topics, and the addresses nobody is written to."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import Conflict
from kernel.http.numbers import read_number
from profiles.consent import selectors
from profiles.consent.forms import SuppressionForm, TopicForm
from profiles.consent.models import Topic
from profiles.consent.selectors import PAGE
from profiles.consent.services import release_by_hand, suppress_by_hand
from profiles.consent.topics import change_topic, create_topic, set_archived

TABS = (("consent", "What people said"), ("consent_topics", "Topics"),
        ("suppressions", "Suppressed addresses"))  # fmt: skip


@require_GET
@require("view")
def overview(request: HttpRequest) -> HttpResponse:
    lines, counted_at = selectors.list_counts()
    return _page(request, "consent", {"lines": lines, "counted_at": counted_at})


@require_http_methods(["GET", "POST"])
@require("view")
def topics(request: HttpRequest) -> HttpResponseBase:
    """List the topics; editors add one."""
    form = TopicForm(request.POST or None)
    if request.method == "POST":
        if not may(request.user, "edit"):
            return refuse(request, "edit")
        if form.is_valid():
            try:
                create_topic(**form.cleaned_data, actor=actor_of(request.user), now=timezone.now())
            except Conflict as error:
                form.add_error("key", error.message)
            else:
                messages.success(request, f"“{form.cleaned_data['name']}” can be chosen now.")
                return redirect("profiles:consent_topics")
    rows = Topic.objects.order_by("archived_at", "name")
    return _page(request, "consent_topics", {"topics": rows, "form": form}, form=form)


@require_http_methods(["GET", "POST"])
@require("edit")
def topic(request: HttpRequest, key: str) -> HttpResponseBase:
    """Change the words of a topic, or archive it."""
    row = get_object_or_404(Topic, key=key)
    actor, now = actor_of(request.user), timezone.now()
    if "archive" in request.POST:
        set_archived(row, is_archived=request.POST["archive"] == "1", actor=actor, now=now)
        return redirect("profiles:consent_topics")
    initial = {"name": row.name, "description": row.description}
    form = TopicForm(request.POST or None, initial=initial, is_new=False)
    if request.method == "POST" and form.is_valid():
        change_topic(row, **form.cleaned_data, actor=actor, now=now)
        messages.success(request, f"“{row.name}” is changed.")
        return redirect("profiles:consent_topics")
    return _page(request, "consent_topic", {"topic": row, "form": form}, form=form)


@require_http_methods(["GET", "POST"])
@require("view_personal_data")
def suppressions(request: HttpRequest) -> HttpResponseBase:
    """List suppressed addresses; publishers add one or release one, both audited."""
    form = SuppressionForm(request.POST if "reason" in request.POST else None)
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        if _change_suppression(request, form):
            return redirect("profiles:suppressions")
    query, before = request.GET.get("q", "").strip().lower()[:320], request.GET.get("before", "")
    rows = selectors.list_suppressions(
        query=query,
        before_id=read_number(before),
    )
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    context = {"rows": rows[:PAGE], "more": more, "query": query, "form": form}
    return _page(request, "suppressions", context, form=form)


def _change_suppression(request: HttpRequest, form: SuppressionForm) -> bool:
    actor, now = actor_of(request.user), timezone.now()
    if "release" in request.POST:
        channel, _, address = request.POST["release"].partition(":")
        if release_by_hand(channel, address, actor=actor, now=now):
            messages.success(request, "The address may be written to again, where consent holds.")
        return True
    if not form.is_valid():
        return False
    said = form.cleaned_data
    if suppress_by_hand(**said, actor=actor, now=now):
        messages.success(request, "Nobody is written to at this address any more.")
    else:
        messages.info(request, "This address was on the list already.")
    return True


def _page(
    request: HttpRequest, name: str, context: Mapping[str, object], *, form: object = None
) -> HttpResponse:
    chosen = "consent_topics" if name == "consent_topic" else name
    tabs = [(text, reverse(f"profiles:{one}"), one == chosen, "") for one, text in TABS]
    status = 422 if getattr(form, "errors", None) else 200
    template = f"profiles/consent/{name}.html"
    return render(request, template, {"tabs": tabs, **context}, status=status)
