"""Pages: how long touchpoints of one event or source are kept."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError
from kernel.ui.forms import show_error
from profiles.retention.forms import RuleForm
from profiles.retention.models import RetentionRule
from profiles.retention.services import choose_rule, lift_rule
from profiles.schema.selectors import suggest_events


@require_http_methods(["GET", "POST"])
@require("administer")
def rules(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    form = RuleForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            rule = choose_rule(form.choice(), actor=actor_of(request.user), now=now)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(
                request, f"Kept for {rule.keep_days:,} days. What is older is forgotten from "
                f"{timezone.localtime(rule.next_at):%H:%M} on; until then it can be taken back.",
            )  # fmt: skip
            return redirect("profiles:retention_rules")
    context = {
        "form": form,
        "rules": RetentionRule.objects.select_related("event", "source").order_by("event__name", "id"),
        "events": [name for name, _ in suggest_events(now=now)],
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "profiles/retention/rules.html", context, status=status)


@require_POST
@require("administer")
def lift(request: HttpRequest, key: UUID) -> HttpResponse:
    try:
        lift_rule(key, actor=actor_of(request.user), now=timezone.now())
        messages.success(request, "Lifted. What was forgotten does not come back.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("profiles:retention_rules")
