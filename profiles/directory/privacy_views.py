"""Pages: giving a person all their data, and erasing them."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError, NotFound
from profiles.contracts import CustomerId, IdentityRef
from profiles.customers.models import Customer
from profiles.customers.services import erase_customers, export_customer
from profiles.directory import selectors
from profiles.identities.models import Tombstone
from profiles.identities.rules import EMAIL, PRIORITIES
from profiles.identities.services.erasing import lift_tombstone
from profiles.touchpoints.services.recording import normalize_identity


@require_POST
@require("administer")
def export(request: HttpRequest, key: UUID) -> HttpResponse:
    """Download everything that is stored about a person."""
    customer = _find(key)
    exported = export_customer(
        CustomerId(customer.id), actor=actor_of(request.user), now=timezone.now()
    )
    body = json.dumps(exported, indent=2, ensure_ascii=False, default=str)
    return HttpResponse(
        body,
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="person-{customer.key}.json"',
            "Cache-Control": "no-store",
        },
    )


@require_http_methods(["GET", "POST"])
@require("administer")
def erase(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Erase a person after the last letters of their key were typed."""
    customer = _find(key)
    expected = str(customer.key)[-6:]
    context: dict[str, object] = {"customer": customer, "expected": expected, "reason": ""}
    if request.method == "POST":
        context["reason"] = reason = request.POST.get("reason", "")
        try:
            if request.POST.get("confirmation", "").strip() != expected:
                context["problem"] = f"Type {expected} to confirm."
            else:
                erase_customers(
                    [CustomerId(customer.id)], actor=actor_of(request.user), reason=reason,
                    now=timezone.now(),
                )  # fmt: skip
                messages.success(request, "The person was erased. Later events are refused.")
                return redirect("profiles:list")
        except DomainError as error:
            context["problem"] = error.message
    context["person"] = selectors.describe_person(customer.id, is_masked=False)
    status = 422 if "problem" in context else 200
    return render(request, "profiles/directory/erase.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require("administer")
def tombstones(request: HttpRequest) -> HttpResponseBase:
    """Let an erased identifier be stored again."""
    kind = request.POST.get("kind", EMAIL)
    context: dict[str, object] = {
        "kinds": [(one, one.replace("_", " ").capitalize()) for one in PRIORITIES], "kind": kind,
        "count": Tombstone.objects.count(),
    }  # fmt: skip
    if request.method == "POST":
        try:
            ref = normalize_identity(IdentityRef(kind=kind, value=request.POST.get("value", "")))
            if lift_tombstone(ref, actor=actor_of(request.user), now=timezone.now()):
                messages.success(request, "Lifted. The next event that names it is stored.")
                return redirect("profiles:tombstones")
            context["problem"] = "This identifier was not erased, or it is written differently."
        except DomainError as error:
            context["problem"] = error.message
    status = 422 if "problem" in context else 200
    return render(request, "profiles/directory/tombstones.html", context, status=status)


def _find(key: UUID) -> Customer:
    customer = selectors.find_person(key)
    if customer is None or customer.merged_into_id or customer.erased_at:
        raise NotFound("There is no such person.")
    return customer
