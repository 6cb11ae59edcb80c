"""Typed readers of environment variables; `NAME_FILE` may point to a file that holds a secret.

An empty variable counts as one that is not set.

Every setting read here has a row in `docs/reference/settings.md`; a test compares the two.
"""

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def _raw(name: str, default: str) -> str:
    file_name = os.environ.get(f"{name}_FILE")
    if not file_name:
        return os.environ.get(name) or default
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file_name}, which cannot be read: {error.strerror}."
        ) from None


def text(name: str, default: str = "") -> str:
    """Read a text."""
    return _raw(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Read a yes or no: 1/0, true/false, yes/no, on/off."""
    value = _raw(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, but it is “{value}”.")


def number(name: str, default: int) -> int:
    """Read a whole number."""
    value = _raw(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, but it is “{value}”.") from None


def names(name: str, default: str = "") -> list[str]:
    """Read a list of names separated by commas."""
    return [part.strip() for part in _raw(name, default).split(",") if part.strip()]


def amounts(name: str) -> dict[str, Decimal]:
    """Read amounts by name, such as `email=0.001,sms=0.07`."""
    found: dict[str, Decimal] = {}
    for part in names(name):
        key, _, value = part.partition("=")
        try:
            found[key.strip()] = Decimal(value.strip())
        except InvalidOperation:
            raise ImproperlyConfigured(
                f"{name} must be like “email=0.001,sms=0.07”, but it has “{part}”."
            ) from None
    return found
