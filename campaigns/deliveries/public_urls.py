"""Addresses inside messages."""

from django.urls import path

from campaigns.deliveries import views

app_name = "campaigns_public"
urlpatterns = [
    path("e/o/<str:token>", views.open_pixel, name="open"),
    path("e/c/<str:token>", views.follow_link, name="click"),
    path("e/u/<str:token>", views.leave, name="unsubscribe"),
]
