"""Pages of the captured mail: what the embedded mail server took instead of delivering it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from kernel.access.permissions import require
from kernel.errors import NotFound
from mcps_site.mailbox.captured import list_captured
from mcps_site.runtime.mailbox import Mail, find_mail, list_mails

PAGE = 50
# The mail brings inline styles, which no page of ours may have; so it lives in a frame of its own.
BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; "
    "frame-ancestors 'self'; sandbox allow-popups"
)
SHOWN_HEADERS = (
    "From", "To", "Reply-To", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip


@require_GET
@require("view_personal_data")
def mails(request: HttpRequest) -> HttpResponse:
    recipient = request.GET.get("to", "").strip()[:254]
    context = {
        "mails": list_mails(limit=PAGE, recipient=recipient or None),
        "recipient": recipient,
        "tabs": _tabs("mailbox:list"),
    }
    return render(request, "mailbox/list.html", context)


@require_GET
@require("view_personal_data")
def texts(request: HttpRequest) -> HttpResponse:
    address = request.GET.get("to", "").strip()[:254]
    context = {
        "texts": list_captured(limit=PAGE, address=address),
        "address": address,
        "tabs": _tabs("mailbox:texts"),
    }
    return render(request, "mailbox/texts.html", context)


def _tabs(current: str) -> list[tuple[str, str, bool, str]]:
    pages = (("Mail", "mailbox:list"), ("Other channels", "mailbox:texts"))
    return [(label, reverse(name), name == current, "") for label, name in pages]


@require_GET
@require("view_personal_data")
def mail(request: HttpRequest, key: str) -> HttpResponse:
    found = _find(key)
    context = {
        "mail": found,
        "headers": [(name, found.message[name]) for name in SHOWN_HEADERS if found.message[name]],
        "text": found.body("plain"),
        "has_html": bool(found.body("html")),
    }
    return render(request, "mailbox/detail.html", context)


@require_GET
@xframe_options_sameorigin
@require("view_personal_data")
def body(_request: HttpRequest, key: str) -> HttpResponse:
    answer = HttpResponse(_find(key).body("html"))
    answer.headers["Content-Security-Policy"] = BODY_POLICY
    answer._csp_exempt = True  # type: ignore[attr-defined]  # noqa: SLF001 (django-csp's own switch)
    return answer


def _find(key: str) -> Mail:
    found = find_mail(key)
    if found is None:
        raise NotFound("There is no such mail; the oldest are removed.")
    return found
