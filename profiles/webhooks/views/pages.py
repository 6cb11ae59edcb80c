"""Pages of webhook sources: the gallery, a new one, its state, how it is signed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import DomainError, Invalid
from kernel.ui.forms import show_error
from profiles.touchpoints.services.replaying import replay_quarantined
from profiles.webhooks import selectors
from profiles.webhooks.forms import SignatureForm, WebhookForm
from profiles.webhooks.models import Webhook, WebhookDelivery
from profiles.webhooks.queries import list_refusals
from profiles.webhooks.rules.ready import Ready, find_ready, list_ready
from profiles.webhooks.rules.signatures import SCHEMES, Signature, make_secret
from profiles.webhooks.services import settings as services
from profiles.webhooks.services.addresses import write_address

_REASONS = {
    "bad_signature": "Forged: the signature is wrong",
    "missing_signature": "Forged: there is no signature",
    "stale_signature": "Stale: the signature is too old",
    "too_large": "Too large: more than 1 MB",
}
_TONES = {
    WebhookDelivery.Outcome.STORED: "ok",
    WebhookDelivery.Outcome.QUARANTINED: "warn",
}


@require_GET
@require("view")
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "profiles/webhooks/gallery.html", {"ready": list_ready()})


@require_http_methods(["GET", "POST"])
@require("administer")
def new(request: HttpRequest, ready: str) -> HttpResponseBase:
    chosen = find_ready(ready)
    if chosen is None:
        raise Http404
    initial = {"name": "" if ready == "custom" else chosen.name, "starts_journeys": True}
    form = WebhookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _create(request, chosen, form)
        except DomainError as error:
            show_error(form, error, otherwise="name")
    status = 422 if form.is_bound else 200
    context = {"form": form, "ready": chosen, "scheme": SCHEMES[chosen.signature.scheme]}
    return render(request, "profiles/webhooks/new.html", context, status=status)


def _create(request: HttpRequest, chosen: Ready, form: WebhookForm) -> HttpResponse:
    secret, is_made = form.cleaned_data["secret"], False
    if not secret and chosen.signature.scheme != "none":
        if chosen.gives_secret:
            raise Invalid("secret", f"Enter it: {chosen.secret}")
        secret, is_made = make_secret(chosen.signature.scheme), True
    draft = services.NewWebhook(
        name=form.cleaned_data["name"], mapping=chosen.mapping_text, secret=secret,
        signature=chosen.signature.model_dump(exclude_defaults=True), ready=chosen.key,
        starts_journeys=form.cleaned_data["starts_journeys"],
    )  # fmt: skip
    webhook = services.create_webhook(draft, actor=actor_of(request.user), now=timezone.now())
    context = {
        "webhook": webhook, "ready": chosen, "secret": secret if is_made else "",
        "address": _address(webhook),
    }  # fmt: skip
    return render(request, "profiles/webhooks/created.html", context)


@require_GET
@require("view")
def webhook(request: HttpRequest, key: UUID) -> HttpResponse:
    found, now = selectors.get_webhook(key), timezone.now()
    shows_bodies = may(request.user, "view_personal_data")
    refusals = list_refusals(found.source_id, now=now)
    context = {
        "webhook": found,
        "ready": find_ready(found.ready),
        "address": _address(found) if may(request.user, "administer") else "",
        "scheme": SCHEMES[Signature.model_validate(found.signature).scheme],
        "volume": selectors.read_volume(found, now=now),
        "refusals": [
            {"row": row, "text": _REASONS.get(row.reason, row.reason)} for row in refusals
        ],
        "has_forged": any(row.reason.endswith("_signature") for row in refusals),
        "deliveries": [
            _shown(row, shows_body=shows_bodies) for row in selectors.list_deliveries(found)
        ],
        "shows_bodies": shows_bodies,
    }
    return render(request, "profiles/webhooks/detail.html", context)


@require_http_methods(["GET", "POST"])
@require("administer")
def signature(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = selectors.get_webhook(key)
    present = Signature.model_validate(found.signature)
    form = SignatureForm(request.POST or None, initial=present.model_dump())
    made = ""
    if request.method == "POST" and form.is_valid():
        is_asked = request.POST.get("step") == "make" and form.cleaned_data["scheme"] != "none"
        made = make_secret(form.cleaned_data["scheme"]) if is_asked else ""
        try:
            services.save_signature(
                found, form.document(), made or form.cleaned_data["secret"],
                actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except Invalid as error:
            show_error(form, error)
        else:
            if not made:
                messages.success(request, "The signature is saved. It counts within seconds.")
                return redirect("profiles:webhook", key=key)
    context = {"webhook": found, "form": form, "secret": "" if form.errors else made}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "profiles/webhooks/signature.html", context, status=status)


@require_POST
@require("administer")
def address(request: HttpRequest, key: UUID) -> HttpResponseBase:
    services.renew_address(
        selectors.get_webhook(key), actor=actor_of(request.user), now=timezone.now()
    )
    messages.success(request, "There is a new address. Give it to the provider; the old one ends.")
    return redirect("profiles:webhook", key=key)


@require_POST
@require("administer")
def state(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found, is_enabled = selectors.get_webhook(key), request.POST.get("enabled") == "yes"
    services.set_enabled(
        found, is_enabled=is_enabled, actor=actor_of(request.user), now=timezone.now()
    )
    messages.success(request, f"“{found.source}” {'takes' if is_enabled else 'no longer takes'} requests.")  # fmt: skip
    return redirect("profiles:webhook", key=key)


@require_POST
@require("publish")
def replay(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = selectors.get_webhook(key)
    stored, refused = replay_quarantined(
        source_id=found.source_id, actor=actor_of(request.user), now=timezone.now()
    )
    messages.success(request, f"{stored:,} events were stored; {refused:,} stay in quarantine.")
    return redirect("profiles:webhook", key=key)


def _address(webhook: Webhook) -> str:
    return write_address(webhook.source.key, version=webhook.address_version)


def _shown(row: WebhookDelivery, *, shows_body: bool) -> dict[str, Any]:
    return {
        "row": row,
        "tone": _TONES.get(WebhookDelivery.Outcome(row.outcome), ""),
        "body": selectors.write_kept(bytes(row.body)) if shows_body and row.body else "",
    }
