"""Pages of staff about catalogs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.catalogs import selectors, services
from campaigns.catalogs.forms import ItemsForm, NewCatalogForm
from campaigns.catalogs.models import Catalog
from campaigns.catalogs.rules import BadFile, read_items
from campaigns.template_tabs import template_tabs
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid
from kernel.ids import new_key

PAGE = 50


@require_GET
@require("view")
def catalog_list(request: HttpRequest) -> HttpResponse:
    context = {
        "catalogs": Catalog.objects.order_by("name"),
        "tabs": template_tabs("campaigns:catalogs"),
    }
    return render(request, "campaigns/catalogs/list.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_catalog(request: HttpRequest) -> HttpResponse:
    form = NewCatalogForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        found, actor, now = form.cleaned_data, actor_of(request.user), timezone.now()
        try:
            made = services.create_from_items(
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
    return render(request, "campaigns/catalogs/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("view")
def catalog(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the items; a post brings in more of them."""
    found = selectors.get_catalog(slug)
    form = ItemsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and may(request.user, "edit") and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = services.upsert_items(
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
        "used_by": selectors.list_users(found),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/catalogs/detail.html", context, status=status)


@require_POST
@require("edit")
def delete_catalog(request: HttpRequest, slug: str) -> HttpResponse:
    found = selectors.get_catalog(slug)
    try:
        services.delete_catalog(found, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.warning(request, error.message)
        return redirect("campaigns:catalog", slug=slug)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("campaigns:catalogs")
