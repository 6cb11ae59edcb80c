"""Page: which of several values of an attribute is kept."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import Invalid
from profiles.customers.models import TraitPolicy
from profiles.customers.trait_services import choose_policy
from profiles.directory.trait_selectors import SAMPLED_PEOPLE, list_policies


@require_http_methods(["GET", "POST"])
@require("view")
def policies(request: HttpRequest) -> HttpResponseBase:
    """List attributes with their policies; publishers choose others."""
    problem = ""
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        name, rule = request.POST.get("name", ""), request.POST.get("policy", "")
        try:
            choose_policy(name, rule=rule, actor=actor_of(request.user), now=timezone.now())
        except Invalid as error:
            problem = error.message
        else:
            messages.success(request, f"“{name}” keeps another value from now on.")
            return redirect("profiles:trait_policies")
    context = {
        "lines": list_policies(), "rules": TraitPolicy.Rule.choices, "people": SAMPLED_PEOPLE,
        "problem": problem,
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "profiles/directory/trait_policies.html", context, status=status)
