"""Addresses of the pages about journeys."""

from django.urls import path

from campaigns.journeys.views import (
    building,
    dry_running,
    entering,
    exchanging,
    pages,
    publishing,
    results,
    ruling,
    specs,
    standing,
    stopping,
    trying,
)

urlpatterns = [
    path("journeys/", pages.journeys, name="journeys"),
    path("journeys/new/", building.new_journey, name="journey-new"),
    path("journeys/<uuid:key>/", pages.journey, name="journey"),
    path("journeys/<uuid:key>/build/", building.build, name="journey-build"),
    path("journeys/<uuid:key>/build/edit/", building.edit, name="journey-edit"),
    path("journeys/<uuid:key>/build/rule/<slug:node>/", ruling.rule, name="journey-rule"),
    path("journeys/<uuid:key>/stop/", stopping.stop, name="journey-stop"),
    path("journeys/<uuid:key>/versions/", stopping.versions, name="journey-versions"),
    path("journeys/<uuid:key>/export/", exchanging.export, name="journey-export"),
    path("journeys/<uuid:key>/people/", entering.let_in, name="journey-people"),
    path("journeys/<uuid:key>/at/<slug:node>/", standing.standing, name="journey-standing"),
    path("journeys/<uuid:key>/results/", results.results, name="journey-results"),
    path("journeys/<uuid:key>/refused/", pages.refused, name="journey-refused"),
    path("journeys/<uuid:key>/left/", pages.left, name="journey-left"),
    path("journeys/<uuid:key>/runs/<int:enrollment>/", pages.run, name="journey-run"),
    path("journeys/<uuid:key>/try/", trying.try_journey, name="journey-try"),
    path("journeys/<uuid:key>/dry-runs/", dry_running.dry_runs, name="journey-dry-runs"),
    path("journeys/<uuid:key>/dry-runs/<uuid:run>/", dry_running.dry_run, name="journey-dry-run"),
    path("journeys/<uuid:key>/specs/", specs.specs, name="journey-specs"),
    path("journeys/<uuid:key>/specs/new/", specs.new_spec, name="journey-spec-new"),
    path("journeys/<uuid:key>/specs/<uuid:spec>/", specs.spec, name="journey-spec"),
    path("journeys/<uuid:key>/publish/", publishing.publish, name="journey-publish"),
    path("journeys/<uuid:key>/delete/", publishing.delete, name="journey-delete"),
    path("journeys/<uuid:key>/discard/", publishing.discard, name="journey-discard"),
]
