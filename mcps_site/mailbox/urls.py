"""Addresses of the captured mail."""

from django.urls import path

from mcps_site.mailbox import views

app_name = "mailbox"
urlpatterns = [
    path("", views.mails, name="list"),
    path("messages/", views.texts, name="texts"),
    path("<str:key>/", views.mail, name="mail"),
    path("<str:key>/body/", views.body, name="body"),
]
