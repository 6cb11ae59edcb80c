"""The REST API of people, and the collection API that stands beside Django."""

from django.urls import URLPattern, URLResolver

from profiles.touchpoints.collection import application as collection
from profiles.touchpoints.collection import is_collection

__all__ = ["collection", "is_collection", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = []
