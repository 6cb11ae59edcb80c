"""Pages: exports and their files, a new one, and the public page behind the link of a file."""

from uuid import UUID

from django.contrib import messages
from django.core.files.base import File
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of, name_actors
from kernel.access.permissions import require
from kernel.errors import DomainError
from kernel.http.htmx import wants_partial
from kernel.ui.forms import show_error
from profiles.exports import forms
from profiles.exports.models import Export
from profiles.exports.services import asking

_PAGE = 25


@require_GET
@require("view_personal_data")
def exports(request: HttpRequest) -> HttpResponse:
    rows = Export.objects.select_related("segment").order_by("-id")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    names = name_actors(one.created_by for one in page)
    lines = [(one, names[one.created_by], one.created_at + asking.KEPT_FOR) for one in page]
    context = {
        "page": page, "lines": lines, "is_working": any(one.is_working for one in page),
        "kept_for": asking.KEPT_FOR.days,
    }  # fmt: skip
    part = "#exports" if wants_partial(request) else ""
    return render(request, f"profiles/exports/list.html{part}", context)


@require_http_methods(["GET", "POST"])
@require("view_personal_data")
def new_export(request: HttpRequest) -> HttpResponseBase:
    """Ask for a file; the list of people hands over its filters in the address."""
    form = forms.ExportForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            asking.ask_export(form.wish(now=now), actor=actor_of(request.user), now=now)
        except DomainError as error:
            show_error(form, error, names={"from": "since", "search": "q"})
        else:
            messages.success(request, "The file is being made. It can be downloaded here soon.")
            return redirect("profiles:exports")
    status = 422 if form.is_bound else 200
    context = {"form": form, "kept_for": asking.KEPT_FOR.days}
    return render(request, "profiles/exports/new.html", context, status=status)


@require_GET
@never_cache
@require("view_personal_data")
def download(request: HttpRequest, key: UUID) -> FileResponse:
    return _file(*asking.download(key, actor=actor_of(request.user), now=timezone.now()))


@require_POST
@require("view_personal_data")
def delete(request: HttpRequest, key: UUID) -> HttpResponseBase:
    asking.delete_export(key, actor=actor_of(request.user), now=timezone.now())
    messages.success(request, "The export is deleted.")
    return redirect("profiles:exports")


@require_GET
@never_cache
def export_file(_request: HttpRequest, token: str) -> FileResponse:
    return _file(*asking.open_file(token, now=timezone.now()))


def _file(export: Export, file: "File[bytes]") -> FileResponse:
    name = f"{export.what}-{export.created_at:%Y-%m-%d}.{export.form}.gz"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/gzip")
