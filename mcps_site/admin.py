"""The Django admin, shown inside our shell as “Data and records”."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kernel.access.permissions import may, refuse

PERMISSION = "view_personal_data"


class Site(AdminSite):
    """Opens to those who may see personal data, by the same log-in as every page."""

    site_header = "Data and records"
    site_title = "Data and records"
    index_title = "Data and records"
    index_template = "records/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may come in; each table asks for its own permission besides."""
        return may(request.user, PERMISSION)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to our log-in, or say which role is missing."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or request.get_full_path())
        if not self.has_permission(request):
            return refuse(request, PERMISSION)
        return redirect("admin:index")

    def password_change(  # type: ignore[override]
        self,
        request: HttpRequest,
        extra_context: Any = None,
    ) -> HttpResponse:
        """Send to our page."""
        return redirect("account_change_password")
