"""Registries that apps fill while they start and that are closed afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from kernel.errors import NotFound

T = TypeVar("T")

_registries: list["Registry[Any]"] = []


class Registry(Generic[T]):
    """Values by unique key. `noun` names one value in messages, for example “event type”."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._values: dict[str, T] = {}
        self._is_frozen = False
        _registries.append(self)

    def register(self, key: str, value: T) -> T:
        """Add a value; refuses a key that is taken and any change after start-up."""
        if self._is_frozen:
            raise RuntimeError(f"The {self.noun} “{key}” comes too late: register it in ready().")
        if key in self._values:
            raise RuntimeError(f"The {self.noun} “{key}” is registered twice.")
        self._values[key] = value
        return value

    def get(self, key: str) -> T:
        """Return the value of a key; raises `NotFound` that names the known keys."""
        try:
            return self._values[key]
        except KeyError:
            known = ", ".join(sorted(self._values)) or "none"
            raise NotFound(f"There is no {self.noun} “{key}”. Known: {known}.") from None

    def find(self, key: str) -> T | None:
        """Return the value of a key, or `None`."""
        return self._values.get(key)

    def items(self) -> list[tuple[str, T]]:
        """Return all keys and values in the order of registration."""
        return list(self._values.items())

    def freeze(self) -> None:
        """Refuse every later registration."""
        self._is_frozen = True

    @contextmanager
    def opened(self, *, emptied: bool = False) -> Iterator["Registry[T]"]:
        """Allow registrations inside the block and forget them after it. For tests."""
        before, was_frozen = dict(self._values), self._is_frozen
        self._is_frozen = False
        if emptied:
            self._values = {}
        try:
            yield self
        finally:
            self._values, self._is_frozen = before, was_frozen


def freeze_all() -> None:
    """Close every registry; the roof calls this when all apps are ready."""
    for registry in _registries:
        registry.freeze()
