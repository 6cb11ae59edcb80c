"""Tells staff what became of renewing templates."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest

from campaigns.content.renewing import Renewal


def tell_renewals(request: HttpRequest, done: Sequence[Renewal]) -> None:
    """Say how many templates were published again, and name those that could not be."""
    renewed = [one for one in done if not one.problem]
    if renewed:
        noun = "template has" if len(renewed) == 1 else "templates have"
        messages.success(request, f"{len(renewed)} {noun} a new version.")
    for one in done:
        if one.problem:
            messages.error(request, f"“{one.name}” was not renewed: {one.problem}")
    if not done:
        messages.info(request, "No template uses an older version.")
