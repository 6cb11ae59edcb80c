"""Pages: the list of accounts and one account with its members."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import DomainError, NotFound
from kernel.http.numbers import read_number
from profiles.accounts import queries, selectors
from profiles.accounts.models import AccountTrait
from profiles.accounts.trait_selectors import list_account_traits
from profiles.contracts import CustomerId
from profiles.customers.selectors import get_customers
from profiles.directory.rules import mask_email, mask_text, type_of
from profiles.directory.trait_selectors import Attribute, show_value
from profiles.segments.selectors.using import list_mentioning
from profiles.segments.services.accounts import change_trait_type
from profiles.touchpoints.models import Source

_MEMBERS = 50


@require_GET
@require("view")
def accounts(request: HttpRequest) -> HttpResponse:
    """List accounts."""
    query = request.GET.get("q", "").strip().replace("\0", "")[:255]
    lines, more = selectors.list_page(query=query, before_id=_number(request, "before"))
    context = {
        "lines": lines,
        "more": more,
        "query": query,
        "is_first": "before" not in request.GET,
    }
    return render(request, "profiles/accounts/list.html", context)


@require_GET
@require("view")
def account(request: HttpRequest, key: UUID) -> HttpResponse:
    """One account: what is known about it, and its people."""
    row = queries.find_account(key)
    if row is None:
        raise NotFound("There is no such account.")
    is_masked = not may(request.user, "view_personal_data")
    after_id = _number(request, "after") or 0
    members = queries.list_members(row.id, after_id=after_id, limit=_MEMBERS + 1)
    people = get_customers([CustomerId(member.customer_id) for member in members])
    shown = []
    for member in members[:_MEMBERS]:
        person = people.get(CustomerId(member.customer_id))
        if person is not None:
            shown.append(
                {"key": person.key, "since": member.since, "last_seen_at": member.last_seen_at,
                 "name": mask_text(person.display_name) if is_masked else person.display_name,
                 "email": mask_email(person.email) if is_masked else person.email}
            )  # fmt: skip
    context = {
        "row": row, "name": selectors.name_of(row), "attributes": _attributes(row, is_masked=is_masked),
        "members": shown, "more": members[_MEMBERS - 1].customer_id if len(members) > _MEMBERS else None,
        "is_first": not after_id, "is_masked": is_masked,
    }  # fmt: skip
    return render(request, "profiles/accounts/detail.html", context)


@require_http_methods(["GET", "POST"])
@require("view")
def traits(request: HttpRequest) -> HttpResponseBase:
    """List what rules and messages may ask of accounts; publishers choose how rules read it."""
    problem = ""
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        slug, kind = request.POST.get("slug", ""), request.POST.get("type", "")
        try:
            trait = change_trait_type(
                slug, kind=kind, actor=actor_of(request.user), now=timezone.now()
            )
        except DomainError as error:
            problem = error.message
        else:
            messages.success(
                request, f"Rules read “{trait.name}” as {trait.get_type_display().lower()} now."
            )
            return redirect("profiles:account_traits")
    found = list_account_traits()
    used = list_mentioning("made", {trait.field for trait in found})
    rows = [(trait, used.get(trait.field, [])) for trait in found]
    context = {"rows": rows, "types": AccountTrait.Type.choices, "problem": problem}
    status = 422 if problem else 200
    return render(request, "profiles/accounts/traits.html", context, status=status)


def _attributes(row: queries.AccountRow, *, is_masked: bool) -> list[Attribute]:
    sources = dict(Source.objects.values_list("id", "name"))
    found = []
    for name, value in sorted(row.traits.items()):
        micros, source_id = row.trait_stamps.get(name, (None, None))
        found.append(
            Attribute(
                name=name, type=type_of(value), source=sources.get(source_id, "unknown"),
                value=show_value(value, is_masked=is_masked and name != "name"), policy="Newest",
                set_at=datetime.fromtimestamp(micros / 1e6, UTC) if micros is not None else None,
            )
        )  # fmt: skip
    return found


def _number(request: HttpRequest, name: str) -> int | None:
    return read_number(request.GET.get(name, ""))
