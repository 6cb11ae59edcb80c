"""Addresses below `/settings/` about staff and API keys."""

from django.urls import path

from mcps_site.accounts import key_views, settings_views, staff_views

app_name = "accounts"

urlpatterns = [
    path("", settings_views.index, name="settings"),
    path("staff/", staff_views.staff_list, name="staff"),
    path("staff/new/", staff_views.staff_new, name="staff_new"),
    path("staff/<int:user_id>/", staff_views.staff_detail, name="staff_detail"),
    path("staff/<int:user_id>/role/", staff_views.staff_role, name="staff_role"),
    path("staff/<int:user_id>/<slug:name>/", staff_views.staff_action, name="staff_action"),
    path("api-keys/", key_views.key_list, name="keys"),
    path("api-keys/new/", key_views.key_new, name="key_new"),
    path("api-keys/<slug:prefix>/rotate/", key_views.key_rotate, name="key_rotate"),
    path("api-keys/<slug:prefix>/revoke/", key_views.key_revoke, name="key_revoke"),
]
