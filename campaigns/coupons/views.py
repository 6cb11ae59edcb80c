"""Pages of staff about coupon pools."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.coupons import selectors, services
from campaigns.coupons.forms import CodesForm, NewPoolForm
from campaigns.template_tabs import template_tabs
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid
from kernel.ids import new_key


@require_GET
@require("view")
def pool_list(request: HttpRequest) -> HttpResponse:
    context = {
        "levels": selectors.list_levels(),
        "tabs": template_tabs("campaigns:coupon-pools"),
    }
    return render(request, "campaigns/coupons/list.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def new_pool(request: HttpRequest) -> HttpResponse:
    form = NewPoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made = services.create_pool(
                key=new_key(now=now), actor=actor_of(request.user), now=now, **form.cleaned_data
            )
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            return redirect("campaigns:coupon-pool", slug=made.slug)
    status = 422 if form.errors else 200
    return render(request, "campaigns/coupons/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("view")
def pool(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how full a pool is; a post adds codes."""
    found = selectors.get_pool(slug)
    form = CodesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and may(request.user, "edit") and form.is_valid():
        try:
            added = services.add_codes(
                found, form.cleaned_data["all"], actor=actor_of(request.user), now=timezone.now()
            )
        except Invalid as error:
            form.add_error("codes", error.message)
        else:
            messages.success(request, f"{added:,} codes were added.")
            return redirect("campaigns:coupon-pool", slug=slug)
    context = {
        "level": next(each for each in selectors.list_levels() if each.pool.pk == found.pk),
        "form": form,
        "used_by": selectors.list_users(found),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/coupons/detail.html", context, status=status)
