"""The sender of the collection API, as the tests of people know it."""

from tests.profiles.collecting import sender

__all__ = ["sender"]
