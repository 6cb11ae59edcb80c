"""The rule of a condition, or of one way of a choice, in the rule builder of segments."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from campaigns.journeys.rules import documents
from campaigns.journeys.rules.documents import CannotEdit, DraftNode
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import drafting
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import NotFound
from kernel.http.htmx import wants_partial
from kernel.http.numbers import read_number
from profiles import facade as profiles


@require_http_methods(["GET", "POST"])
@require("edit")
def rule(request: HttpRequest, key: UUID, node: str) -> HttpResponseBase:
    """Show the rule; the step “save” writes it into the draft and leads back to the builder."""
    journey = get_journey(key)
    now, actor = timezone.now(), actor_of(request.user)
    draft = drafting.open_draft(journey, actor=actor, now=now)
    branch = request.GET.get("branch", "")
    step = _find(drafting.shown_edit(draft).definition, node)
    if request.method == "POST":
        form = profiles.submit_rule(request.POST.dict())
    else:
        form = profiles.open_rule(_rule_of(step, branch))
    is_saving = request.POST.get("step") == "save"
    if is_saving and form.is_complete:
        changed = _with_rule(step, branch, form.document)
        drafting.edit_draft(
            draft, lambda document: documents.change_node(document, node, changed),
            label=f"Change the rule of “{node}”", actor=actor, now=now,
        )  # fmt: skip
        url = reverse("campaigns:journey-build", kwargs={"key": key})
        target = f"{url}?{urlencode({'node': node})}"
        return HttpResponseClientRedirect(target) if wants_partial(request) else redirect(target)
    context = {
        "journey": journey,
        "node": node,
        "form": form,
        "is_refused": is_saving,
        **form.context,
    }
    template = "campaigns/journeys/rule.html" + ("#builder" if wants_partial(request) else "")
    return render(request, template, context, status=422 if is_saving else 200)


def _find(definition: dict[str, Any], name: str) -> DraftNode:
    try:
        node = documents.find_node(definition, name)
    except CannotEdit as refused:
        raise NotFound(str(refused)) from None
    if node["type"] not in {"condition", "choose"}:
        raise NotFound("This step has no rule.")
    return node


def _branch(node: DraftNode, branch: str) -> DraftNode:
    ways: list[DraftNode] = node.get("branches") or []
    number = read_number(branch)
    if number is None or number >= len(ways):
        raise NotFound("This way is gone.")
    return ways[number]


def _rule_of(node: DraftNode, branch: str) -> dict[str, Any] | None:
    return (_branch(node, branch) if node["type"] == "choose" else node).get("rule")


def _with_rule(node: DraftNode, branch: str, rule: dict[str, Any]) -> DraftNode:
    if node["type"] == "condition":
        return {**node, "rule": rule, "happened_since_entry": None, "context": []}
    ruled = {**_branch(node, branch), "rule": rule, "segment": None}
    ways = [ruled if place == int(branch) else way for place, way in enumerate(node["branches"])]
    return {**node, "branches": ways}
