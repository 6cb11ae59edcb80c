"""What end users reach of `campaigns` below `/client/v1/`."""

from django.urls import URLPattern, URLResolver, path

from campaigns.clients import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", api.Inbox.as_view(), name="client_inbox"),
    path("inbox/read/", api.WholeInbox.as_view(), name="client_inbox_read"),
    path("inbox/<str:key>/", api.InboxMessage.as_view(), name="client_inbox_message"),
    path("devices/", api.Devices.as_view(), name="client_devices"),
    path("devices/<str:key>/", api.OneDevice.as_view(), name="client_device"),
    path("webpush/", api.WebPush.as_view(), name="client_webpush"),
    path("webpush/worker.js", api.webpush_worker, name="api_webpush_worker"),
]
