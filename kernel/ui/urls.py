"""Addresses of the frame: search, help, theme."""

from django.urls import path

from kernel.ui import views

app_name = "ui"

urlpatterns = [
    path("search/", views.search, name="search"),
    path("help/", views.shortcuts, name="shortcuts"),
    path("theme/", views.choose_theme, name="theme"),
]
