"""“About this demo”: what is simulated, how fast it runs, how to reset it."""

from dataclasses import fields

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kernel.access.permissions import require
from mcps_site.world import services
from mcps_site.world.catalog import SHOP
from mcps_site.world.effects import EFFECTS
from mcps_site.world.models import SPEEDS


@require_GET
@require("view")
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "clock": services.find_clock(),
        "speeds": SPEEDS,
        "shop": SHOP,
        "effect_count": len(fields(EFFECTS)),
    }
    return render(request, "world/about.html", context)


@require_POST
@require("edit")
def change_speed(request: HttpRequest) -> HttpResponse:
    services.set_speed(int(request.POST.get("speed", "0") or 0))
    messages.success(request, "The world runs at the new speed from now on.")
    return redirect("world:about")


@require_POST
@require("edit")
def pause(request: HttpRequest) -> HttpResponse:
    services.set_paused(is_paused=request.POST.get("paused") == "1")
    return redirect("world:about")


@require_POST
@require("edit")
def step(request: HttpRequest) -> HttpResponse:
    services.step()
    messages.success(request, "The world lives one more hour within a few seconds.")
    return redirect("world:about")
