"""Public pages: the preference center and the answer to a double opt-in. Each needs its token.

Opening a link never changes anything: programs that scan mail open every link.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kernel.errors import DomainError
from profiles.consent import opt_ins, preferences
from profiles.consent.preferences import PAUSE_DAYS, WEEKLY_LIMITS, Choice


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def preference_center(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a person may choose; POST records it. The token stands for the cookie."""
    now = timezone.now()
    try:
        customer_id = preferences.read_token(token, now=now)
    except DomainError as error:
        return _gone(request, error)
    is_saved = request.method == "POST"
    if request.POST.get("action") == "leave":
        preferences.leave_everything(customer_id, now=now)
    elif is_saved:
        preferences.save_preferences(customer_id, _choice(request), now=now)
    shown = preferences.read_preferences(customer_id)
    is_paused = bool(shown.pace.paused_until and shown.pace.paused_until > now)
    context = {
        "preferences": shown, "is_saved": is_saved, "is_paused": is_paused,
        "pause_days": PAUSE_DAYS, "limits": WEEKLY_LIMITS,
    }  # fmt: skip
    return _page(request, "preferences", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the last click on GET; POST records the consent."""
    now = timezone.now()
    try:
        question = opt_ins.find_question(token, now=now)
    except DomainError as error:
        return _gone(request, error)
    if request.method == "POST":
        opt_ins.confirm(question, now=now)
    is_done = request.method == "POST" or question.confirmed_at is not None
    return _page(request, "confirm", {"question": question, "is_done": is_done})


def _choice(request: HttpRequest) -> Choice:
    limit = request.POST.get("weekly_limit", "")
    return Choice(
        wanted=set(request.POST.getlist("on")),
        pause=request.POST.get("pause", ""),
        weekly_limit=int(limit) if limit in {str(one) for one in WEEKLY_LIMITS} else None,
    )


def _gone(request: HttpRequest, error: DomainError) -> HttpResponse:
    return _page(request, "gone", {"message": error.message}, status=404)


def _page(
    request: HttpRequest, name: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    answer = render(request, f"profiles/consent/public/{name}.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
