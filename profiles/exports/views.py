"""The public page behind the link of an export: its file."""

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from profiles.exports.services.asking import open_file


@require_GET
@never_cache
def export_file(_request: HttpRequest, token: str) -> FileResponse:
    export, file = open_file(token, now=timezone.now())
    name = f"{export.what}-{export.created_at:%Y-%m-%d}.{export.form}.gz"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/gzip")
