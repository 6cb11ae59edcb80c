"""The pages of the demo world."""

from django.urls import path

from mcps_site.world import views

app_name = "world"
urlpatterns = [
    path("", views.about, name="about"),
    path("speed", views.change_speed, name="speed"),
    path("pause", views.pause, name="pause"),
    path("step", views.step, name="step"),
]
