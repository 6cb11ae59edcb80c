"""Pages: past uploads, a new one, what its columns mean, how far it is, what went wrong."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError, Invalid
from kernel.http.downloads import csv_answer
from kernel.http.htmx import wants_partial
from kernel.ui.forms import show_error
from profiles.imports.forms import UploadForm, WritingForm, open_mapping_form
from profiles.imports.models import Upload
from profiles.imports.services import uploads as services
from profiles.imports.services.reading import read_sample
from profiles.imports.services.working import MOST_PROBLEMS

_PAGE = 25
_SHOWN_PROBLEMS = 20
_ACTIONS: dict[str, tuple[Callable[..., Upload], str]] = {
    "start": (services.start_import, "The import has started."),
    "stop": (services.stop_upload, "It stops after the rows that it is taking in now."),
    "resume": (services.resume_import, "The import goes on where it stopped."),
}


@require_GET
@require("view")
def uploads(request: HttpRequest) -> HttpResponse:
    rows = Upload.objects.select_related("source").order_by("-created_at", "-id")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    return render(request, "profiles/imports/uploads.html", {"page": page})


@require_http_methods(["GET", "POST"])
@require("edit")
def new_upload(request: HttpRequest) -> HttpResponseBase:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = services.create_upload(
                file, name=file.name, kind=form.cleaned_data["kind"],
                source=form.cleaned_data["source"], actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except Invalid as error:
            show_error(form, error)
        else:
            return redirect("profiles:upload-mapping", key=upload.key)
    status = 422 if form.is_bound else 200
    return render(request, "profiles/imports/upload_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@require("edit")
def mapping(request: HttpRequest, key: UUID) -> HttpResponseBase:
    upload = services.get_upload(key)
    if upload.status not in {Upload.Status.DRAFT, Upload.Status.CHECKED} or not upload.size:
        return redirect("profiles:upload", key=key)
    try:
        sample = read_sample(upload)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("profiles:upload", key=key)
    form = open_mapping_form(
        request.POST or None, kind=upload.kind, sample=sample, kept=upload.mapping
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.start_check(
                key, mapping=form.mapping(), actor=actor_of(request.user), now=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("profiles:upload", key=key)
    context = {
        "upload": upload, "form": form, "rows": form.rows(sample.rows),
        "left_out": max(0, len(sample.columns) - len(form.columns)),
        "writing": None if upload.form == Upload.Form.PARQUET else WritingForm(upload=upload),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "profiles/imports/mapping.html", context, status=status)


@require_POST
@require("edit")
def change_format(request: HttpRequest, key: UUID) -> HttpResponseBase:
    try:
        services.change_format(
            key, encoding=request.POST.get("encoding", ""),
            delimiter=request.POST.get("delimiter", ""),
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("profiles:upload-mapping", key=key)


@require_GET
@require("view")
def upload(request: HttpRequest, key: UUID) -> HttpResponse:
    found = services.get_upload(key)
    context = {
        "upload": found, "percent": _percent(found), "twin": services.find_twin(found),
        "has_file": found.pieces.exists(),
        "problems": found.problems.order_by("row", "id")[:_SHOWN_PROBLEMS],
        "most_problems": MOST_PROBLEMS,
    }  # fmt: skip
    part = "#state" if wants_partial(request) else ""
    return render(request, f"profiles/imports/upload.html{part}", context)


@require_POST
@require("publish")
def act(request: HttpRequest, key: UUID, action: str) -> HttpResponseBase:
    service, done = _ACTIONS[action]
    try:
        service(key, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("profiles:upload", key=key)


@require_POST
@require("edit")
def discard(request: HttpRequest, key: UUID) -> HttpResponseBase:
    try:
        services.discard_upload(key, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("profiles:upload", key=key)
    messages.success(request, "The file is deleted.")
    return redirect("profiles:uploads")


@require_GET
@require("view")
def problems(_request: HttpRequest, key: UUID) -> StreamingHttpResponse:
    found = services.get_upload(key)
    return csv_answer(f"problems-{found.key}", _rows(found))


def _rows(upload: Upload) -> Iterator[Sequence[object]]:
    yield "row", "column", "problem"
    for problem in upload.problems.order_by("row", "id").iterator(chunk_size=1_000):
        yield problem.row, problem.column, problem.message


def _percent(upload: Upload) -> int | None:
    """Return how far the work is, in whole percent, or `None` where the end is not known."""
    if upload.form == Upload.Form.PARQUET:
        whole = upload.rows_total if upload.status != Upload.Status.CHECKING else None
    else:
        whole = upload.size
    return min(100, 100 * upload.position // whole) if whole else None
