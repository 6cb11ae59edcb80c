"""Pages of staff about catalogs and coupon pools."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.content import catalogs, coupons
from campaigns.content.rules.items import BadFile, read_items
from campaigns.content.source_forms import CodesForm, ItemsForm, NewCatalogForm, NewPoolForm
from campaigns.content.source_models import Catalog, CouponPool
from campaigns.content.views.tabs import content_tabs
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_key

PAGE = 50


@require_GET
@require("view")
def catalog_list(request: HttpRequest) -> HttpResponse:
    context = {
        "catalogs": Catalog.objects.order_by("name"),
        "tabs": content_tabs("campaigns:catalogs"),
    }
    return render(request, "campaigns/content/catalogs.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_catalog(request: HttpRequest) -> HttpResponse:
    form = NewCatalogForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        found, actor, now = form.cleaned_data, actor_of(request.user), timezone.now()
        try:
            made = catalogs.create_from_items(
                found["name"], slug=found["slug"], key=new_key(now=now),
                items=read_items(found["file"].name, found["file"].read()), actor=actor, now=now,
            )  # fmt: skip
        except Conflict as error:
            form.add_error("name", error.message)
        except (BadFile, Invalid) as error:
            form.add_error("file", getattr(error, "message", str(error)))
        else:
            return redirect("campaigns:catalog", slug=made.slug)
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/catalog_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("view")
def catalog(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the items; a post brings in more of them."""
    found = _catalog(slug)
    form = ItemsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and may(request.user, "edit") and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = catalogs.upsert_items(
                found, read_items(file.name, file.read()), actor=actor_of(request.user),
                now=timezone.now(),
            )  # fmt: skip
        except (BadFile, Invalid) as error:
            form.add_error("file", getattr(error, "message", str(error)))
        else:
            messages.success(request, f"{done.created:,} items are new, {done.changed:,} changed.")
            return redirect("campaigns:catalog", slug=slug)
    query, after = request.GET.get("q", "").strip()[:128], request.GET.get("after", "")[:128]
    rows = list(
        found.items.filter(key__startswith=query, key__gt=after).order_by("key")[: PAGE + 1]
    )
    names = [field["name"] for field in found.fields]
    context = {
        "catalog": found,
        "form": form,
        "names": names,
        "rows": [(row.key, [row.values.get(name, "") for name in names]) for row in rows[:PAGE]],
        "query": query,
        "more": rows[PAGE - 1].key if len(rows) > PAGE else "",
        "used_by": catalogs.list_drawing(f"catalog:{slug}"),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/catalog.html", context, status=status)


@require_POST
@require("edit")
def delete_catalog(request: HttpRequest, slug: str) -> HttpResponse:
    found = _catalog(slug)
    try:
        catalogs.delete_catalog(found, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.warning(request, error.message)
        return redirect("campaigns:catalog", slug=slug)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("campaigns:catalogs")


@require_GET
@require("view")
def pool_list(request: HttpRequest) -> HttpResponse:
    context = {
        "levels": coupons.list_levels(),
        "tabs": content_tabs("campaigns:coupon-pools"),
    }
    return render(request, "campaigns/content/coupon_pools.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_pool(request: HttpRequest) -> HttpResponse:
    form = NewPoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made = coupons.create_pool(
                key=new_key(now=now), actor=actor_of(request.user), now=now, **form.cleaned_data
            )
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            return redirect("campaigns:coupon-pool", slug=made.slug)
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/coupon_pool_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("view")
def pool(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how full a pool is; a post adds codes."""
    found = _pool(slug)
    form = CodesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and may(request.user, "edit") and form.is_valid():
        try:
            added = coupons.add_codes(
                found, form.cleaned_data["all"], actor=actor_of(request.user), now=timezone.now()
            )
        except Invalid as error:
            form.add_error("codes", error.message)
        else:
            messages.success(request, f"{added:,} codes were added.")
            return redirect("campaigns:coupon-pool", slug=slug)
    context = {
        "level": next(each for each in coupons.list_levels() if each.pool.pk == found.pk),
        "form": form,
        "used_by": catalogs.list_drawing(f"pool:{slug}"),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/coupon_pool.html", context, status=status)


def _catalog(slug: str) -> Catalog:
    try:
        return catalogs.get_catalog(slug)
    except NotFound as error:
        raise Http404(error.message) from None


def _pool(slug: str) -> CouponPool:
    try:
        return coupons.get_pool(slug)
    except NotFound as error:
        raise Http404(error.message) from None
