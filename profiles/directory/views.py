"""Pages: the profile of one person."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.audit import record
from kernel.errors import NotFound
from profiles.consent.preferences import preferences_link
from profiles.consent.selectors import describe_consent
from profiles.contracts import CustomerId
from profiles.customers.models import Customer
from profiles.directory import selectors, trait_selectors
from profiles.directory.queries import count_touchpoints
from profiles.directory.rules import field_instant, read_instant
from profiles.extension_points import profile_tabs

SHOWS = (("", "Everything"), ("behavior", "Behavior"), ("changes", "Attributes and groups"),
         ("activity", "Messages and journeys"))  # fmt: skip

TABS = (("profile", "Timeline"), ("attributes", "Attributes"), ("identities", "Identities"),
        ("person_consent", "Consent"),
        ("past", "At an instant"))  # fmt: skip


@require_GET
@require("view")
def timeline(request: HttpRequest, key: UUID) -> HttpResponseBase:
    customer = _find(key)
    if customer.merged_into:
        return redirect("profiles:profile", key=customer.merged_into.key)
    if "at" in request.GET:
        return past(request, key)
    now, is_masked = timezone.now(), _is_masked(request)
    show = request.GET.get("show", "")
    before = read_instant(request.GET.get("before", "")) or now + selectors.FROM_THE_END
    entries, more = selectors.list_timeline(
        customer.id, before=before, show=show, is_masked=is_masked
    )
    context = {"entries": entries, "more": more, "show": show, "customer": customer}
    if request.headers.get("HX-Request") == "true" and "before" in request.GET:
        return render(request, "profiles/directory/profile.html#entries", context)
    return _profile(request, customer, "profile", context, now=now)


@require_GET
@require("view")
def attributes(request: HttpRequest, key: UUID) -> HttpResponseBase:
    customer = _find(key)
    shown = trait_selectors.list_attributes(customer, is_masked=_is_masked(request))
    return _profile(request, customer, "attributes", {"attributes": shown}, now=timezone.now())


@require_GET
@require("view")
def identities(request: HttpRequest, key: UUID) -> HttpResponseBase:
    customer = _find(key)
    context = {
        "identities": selectors.list_identities(customer.id, is_masked=_is_masked(request)),
        "merges": selectors.list_merges(customer.id),
    }
    return _profile(request, customer, "identities", context, now=timezone.now())


@require_GET
@require("view")
def consent(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """What the person allowed, and every statement with its proof."""
    customer, now = _find(key), timezone.now()
    said = describe_consent(customer.id, now=now, is_masked=_is_masked(request))
    may_act = may(request.user, "publish")
    link = preferences_link(CustomerId(customer.id), now=now) if may_act else ""
    return _profile(request, customer, "person_consent", {"consent": said, "link": link}, now=now)


@require_GET
@require("view")
def past(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """What the person was at an instant, and steps to the events before and after it."""
    customer, now = _find(key), timezone.now()
    text, known = request.GET.get("at", ""), request.GET.get("known", "")
    at = read_instant(text) if text else now
    context: dict[str, object] = {"known": known, "asked": text}
    if at is None:
        context["problem"] = (
            "This is no time. Write it as 2026-01-31T09:00:00Z or choose it from the calendar."
        )
    else:
        state = trait_selectors.describe_past(
            customer.id, at=at, as_known=known == "then", is_masked=_is_masked(request)
        )
        context["field_at"] = field_instant(state.at)
        context |= {"state": state, "neighbors": trait_selectors.find_neighbors(customer.id, at=at)}
    return _profile(request, customer, "past", context, now=now)


@require_GET
@require("view")
def tab(request: HttpRequest, key: UUID, slug: str) -> HttpResponseBase:
    """A tab that another app adds."""
    found = profile_tabs.find(slug)
    if found is None:
        raise NotFound("A profile has no such tab.")
    customer, now = _find(key), timezone.now()
    shown = found.context(
        CustomerId(customer.id), query=request.GET.dict(), is_masked=_is_masked(request), now=now
    )
    context = {**shown, "tab_template": found.template}
    return _profile(request, customer, slug, context, now=now)


def _profile(
    request: HttpRequest,
    customer: Customer,
    tab: str,
    context: Mapping[str, object],
    *,
    now: datetime,
) -> HttpResponse:
    person = selectors.describe_person(customer.id, is_masked=_is_masked(request))
    if person is None:
        raise NotFound("This person was erased or merged.")
    record(actor=actor_of(request.user), verb="viewed", object_type="customer",
           object_id=customer.id, now=now)  # fmt: skip
    here = reverse("profiles:profile", kwargs={"key": customer.key})
    common = {
        "person": person, "customer": customer, "tab": tab, "tabs": _tabs(customer, tab), "is_masked": _is_masked(request),
        "shows": [(text, f"{here}?show={value}" if value else here, value == context.get("show"))
                  for value, text in SHOWS],
        "events": count_touchpoints(customer.id, limit=8),
        "sections": selectors.list_sections(customer.id, now=now),
    }  # fmt: skip
    return render(request, "profiles/directory/profile.html", {**common, **context})


def _tabs(customer: Customer, chosen: str) -> list[tuple[str, str, bool, str]]:
    own = [
        (text, reverse(f"profiles:{name}", kwargs={"key": customer.key}), name == chosen, "")
        for name, text in TABS
    ]
    added = [
        (one.label, reverse("profiles:tab", args=[customer.key, slug]), slug == chosen, "")
        for slug, one in profile_tabs.items()
    ]
    return [own[0], *added, *own[1:]]


def _find(key: UUID) -> Customer:
    customer = selectors.find_person(key)
    if customer is None or customer.erased_at:
        raise NotFound("There is no such person.")
    return customer


def _is_masked(request: HttpRequest) -> bool:
    return not may(request.user, "view_personal_data")
