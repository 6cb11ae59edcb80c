"""Pages of staff about brand kits: the list, one kit with a live sample, renewing templates."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.content import branding, renewing
from campaigns.content.brand_sample import sample_page
from campaigns.content.piece_forms import BrandForm
from campaigns.content.piece_models import BrandKit
from campaigns.content.rules.brand import READABLE_CONTRAST, BrandValues, contrast
from campaigns.content.views.pages import framed
from campaigns.content.views.renewal import tell_renewals
from campaigns.template_tabs import template_tabs
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid
from kernel.http.htmx import wants_partial
from kernel.ids import new_key
from kernel.ui.forms import show_error


@require_GET
@require("view")
def kits(request: HttpRequest) -> HttpResponse:
    rows = [(kit, branding.values_of(kit)) for kit in branding.list_kits()]
    context = {"kits": rows, "tabs": template_tabs("campaigns:brand-kits")}
    return render(request, "campaigns/content/brand_kits.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_kit(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@require("edit")
def kit(request: HttpRequest, key: UUID) -> HttpResponse:
    return _edit(request, branding.get_kit(key))


@require_GET
@xframe_options_sameorigin
@require("view")
def sample(request: HttpRequest) -> HttpResponse:
    """Show a message with the values in the address, saved or not."""
    form = BrandForm(None, {**request.GET.dict(), "name": "Sample"})
    if not form.is_valid():
        return framed("These values cannot be shown yet.")
    return framed(sample_page(form.draft.values, now=timezone.now()))


@require_POST
@require("publish")
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    uses = renewing.list_kit_uses(branding.get_kit(key))
    done = renewing.renew_templates(uses, actor=actor_of(request.user), now=timezone.now())
    tell_renewals(request, done)
    return redirect("campaigns:brand-kit", key=key)


@require_POST
@require("publish")
def delete(request: HttpRequest, key: UUID) -> HttpResponse:
    found = branding.get_kit(key)
    try:
        branding.delete_kit(found, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("campaigns:brand-kit", key=key)
    messages.success(request, f"“{found.name}” is deleted. Published templates keep its look.")
    return redirect("campaigns:brand-kits")


def _edit(request: HttpRequest, found: BrandKit | None) -> HttpResponse:
    form = BrandForm(found, request.POST or None)
    if request.method == "POST" and "look" in request.GET and wants_partial(request):
        return render(request, "campaigns/content/brand_kit.html#sample", _sample(form))
    if request.method == "POST" and form.is_valid():
        saved = _save(request, found, form)
        if saved:
            messages.success(request, "Saved. Templates take it when they are published next.")
            return redirect("campaigns:brand-kit", key=saved.key)
    uses = renewing.list_kit_uses(found) if found else []
    context = {
        "kit": found,
        "form": form,
        "versions": found.versions.order_by("-number")[:20] if found else (),
        "uses": uses,
        "older": [use for use in uses if use.is_older],
        "may_publish": may(request.user, "publish"),
        **_sample(form),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/brand_kit.html", context, status=status)


def _save(request: HttpRequest, found: BrandKit | None, form: BrandForm) -> BrandKit | None:
    actor, now = actor_of(request.user), timezone.now()
    try:
        if found:
            return branding.save_kit(found, form.draft, actor=actor, now=now)
        return branding.create_kit(form.draft, key=new_key(now=now), actor=actor, now=now)
    except (Conflict, Invalid) as error:
        show_error(form, error, otherwise="name")
    return None


def _sample(form: BrandForm) -> dict[str, object]:
    """What the sample shows: the values in the form while they can be, else what keeps them."""
    if form.is_bound and not form.is_valid():
        problems = [f"{form.fields[name].label}: {texts[0]}" for name, texts in form.errors.items()]
        return {"problems": problems}
    shown = (
        form.draft.values
        if form.is_bound
        else BrandValues.model_validate(
            {name: form.initial[name] for name in BrandValues.model_fields}
        )
    )
    query = shown.model_dump(exclude={"voice"}) | {"markets": ""}
    return {"sample_query": urlencode(query), "contrasts": _contrasts(shown)}


def _contrasts(values: BrandValues) -> list[tuple[str, bool]]:
    pairs = (
        ("Words on the main color", values.on_primary, values.primary),
        ("Words on paper", values.text, values.surface),
        ("Links on paper", values.primary, values.surface),
        ("Quiet words on the background", values.muted, values.background),
    )
    found = []
    for label, one, other in pairs:
        ratio = contrast(one, other)
        is_ok = ratio >= READABLE_CONTRAST
        advice = "easy to read" if is_ok else f"hard to read, {READABLE_CONTRAST}:1 is the least"
        found.append((f"{label}: {ratio:.1f}:1, {advice}.", is_ok))
    return found
