"""The public pages: an advocate's invitation and the thanks after signing up."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kernel.errors import Invalid, NotFound, Unavailable
from referrals.landing import services
from referrals.landing.forms import SignUpForm, is_token_valid, issue_token
from referrals.landing.rules import frame_policy, is_robot
from referrals.programs.rules import reward_text


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = services.get_invitation(code)
    except NotFound as error:
        return _page(request, "gone.html", {"message": error.message}, status=404)
    if request.method == "POST":
        return _sign_up(request, found)
    if request.method == "GET" and not _is_machine(request):
        services.count_visit(found, visitor=_visitor(request), now=timezone.now())
    return _form(request, found, SignUpForm())


@xframe_options_exempt
@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = services.get_invitation(code)
    except NotFound as error:
        return _page(request, "gone.html", {"message": error.message}, status=404)
    context = {"terms": found.terms, "reward": reward_text(found.terms.friend_reward)}
    return _page(request, "thanks.html", context, sites=found.terms.allowed_sites)


def _sign_up(request: HttpRequest, found: services.Invitation) -> HttpResponse:
    form = SignUpForm(request.POST)
    code = found.advocate.code
    if not is_token_valid(request.POST.get("token", ""), code):
        note = "This page was open for too long. Check your entries and send them again."
        return _form(request, found, form, note=note, status=422)
    if form.is_from_a_robot:
        return redirect("referrals:thanks", code=code)
    if not form.is_valid():
        return _form(request, found, form, status=422)
    now = timezone.now()
    visitor = _visitor(request)
    try:
        signups = services.admit_attempt(visitor=visitor, now=now)
    except Unavailable as error:
        return _form(request, found, form, note=error.message, status=429)
    # An address that cannot be used (its person was erased) gets the same answer as any other.
    with suppress(Invalid):
        services.sign_up(
            found,
            services.SignUp(
                email=form.cleaned_data["email"],
                first_name=form.cleaned_data["first_name"],
                has_consented=form.cleaned_data["consent"],
                visitor=visitor,
                proof={"page": f"/r/{code}", "at": now.isoformat(), "visitor": visitor.hex()},
            ),
            signups_from_visitor=signups,
            now=now,
        )
    return redirect("referrals:thanks", code=code)


def _form(
    request: HttpRequest,
    found: services.Invitation,
    form: SignUpForm,
    *,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "terms": found.terms,
        "reward": reward_text(found.terms.friend_reward),
        "form": form,
        "token": issue_token(found.advocate.code),
        "note": note,
    }
    return _page(
        request, "invitation.html", context, sites=found.terms.allowed_sites, status=status
    )


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    *,
    sites: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    response = render(request, f"referrals/landing/{template}", context, status=status)
    response["Content-Security-Policy"] = frame_policy(sites)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


def _visitor(request: HttpRequest) -> bytes:
    address = request.META.get("REMOTE_ADDR", "")
    agent = request.headers.get("User-Agent", "")
    return services.visitor_print(address, agent, now=timezone.now())


def _is_machine(request: HttpRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return "prefetch" in purpose or is_robot(request.headers.get("User-Agent", ""))
