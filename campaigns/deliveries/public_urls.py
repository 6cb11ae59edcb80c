"""Addresses inside messages."""

from django.urls import path

from campaigns.deliveries import public, reporting

app_name = "campaigns_public"
urlpatterns = [
    path("e/o/<str:token>", public.open_pixel, name="open"),
    path("e/c/<str:token>", public.follow_link, name="click"),
    path("e/u/<str:token>", public.leave, name="unsubscribe"),
    path("e/v/<str:token>", public.view, name="view"),
    path("e/t/<str:token>", public.trap, name="trap"),
    path("reports/<uuid:key>/", reporting.report, name="report"),
]
