"""Pages of programs: list, new, terms, end."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict
from referrals.programs import services
from referrals.programs.forms import ProgramForm, TermsForm
from referrals.programs.models import Program
from referrals.programs.panels import program_rows
from referrals.programs.rules import Reward, Terms
from referrals.programs.selectors import list_programs, read_funnels

_SUGGESTED = Terms(advocate_reward=Reward(amount=20), friend_reward=Reward(amount=10))


@require_GET
@require("view")
def program_list(request: HttpRequest) -> HttpResponse:
    context = {"rows": program_rows(list(list_programs()), now=timezone.now())}
    return render(request, "referrals/programs/list.html", context)


@require_http_methods(["GET", "POST"])
@require("edit")
def create(request: HttpRequest) -> HttpResponse:
    form = ProgramForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            program = services.create_program(
                form.cleaned_data["name"], actor=actor_of(request.user), now=timezone.now()
            )
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            return redirect("referrals:terms", key=program.key)
    status = 422 if form.errors else 200
    return render(request, "referrals/programs/create.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("publish")
def terms(request: HttpRequest, key: str) -> HttpResponse:
    program = get_object_or_404(Program.objects.select_related("live_version"), key=key)
    if request.method == "POST":
        form = TermsForm(request.POST)
        if form.is_valid():
            actor = actor_of(request.user)
            services.publish_terms(program.pk, form.terms, actor=actor, now=timezone.now())
            return redirect("referrals:program", key=program.key)
        context = {"program": program, "form": form}
        return render(request, "referrals/programs/terms.html", context, status=422)
    live = program.live_version
    form = TermsForm.from_terms(live.read_terms if live else _SUGGESTED)
    return render(request, "referrals/programs/terms.html", {"program": program, "form": form})


@require_http_methods(["GET", "POST"])
@require("publish")
def end(request: HttpRequest, key: str) -> HttpResponse:
    program = get_object_or_404(Program, key=key)
    if request.method == "GET":
        counts = read_funnels([program.pk], now=timezone.now())[program.pk]
        context = {"program": program, "open": counts.started - counts.converted}
        return render(request, "referrals/programs/confirm_end.html", context)
    services.end_program(program.pk, actor=actor_of(request.user), now=timezone.now())
    return redirect("referrals:program", key=program.key)
