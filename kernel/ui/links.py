"""Addresses of pages that another app may or may not offer."""

from django.urls import NoReverseMatch, reverse


def find_url(name: str, *args: object) -> str:
    """Return the address of a page, or nothing while no app offers it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
