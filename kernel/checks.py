"""System checks of the floor; each has an id and says how to mend what it found."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from kernel.events.registry import logs, subscribers
from kernel.sql.parsing import find_sql_files, parse_queries
from kernel.sql.usage import FileUse, find_uses


def our_folders() -> list[Path]:
    """Return the folders of the installed apps that lie in this checkout."""
    root = Path(settings.BASE_DIR)
    paths = [Path(config.path) for config in apps.get_app_configs()]
    return sorted(path for path in paths if path.parent == root)


@register("mcps")
def check_sql_names(**_: Any) -> list[CheckMessage]:
    """Refuse a statement that nothing runs, and a wrapper that asks for no statement."""
    return [message for folder in our_folders() for message in check_folder(folder)]


@register("mcps")
def check_subscribers(**_: Any) -> list[CheckMessage]:
    """Refuse a subscriber of a log that no app declares: it would silently read nothing."""
    known = {name for name, _ in logs.items()}
    return [
        Error(
            f"The subscriber “{name}” reads “{row.source}”, which no app declares.",
            hint="Call register_log in the extensions of the app that owns the table.",
            id="mcps.E005",
        )
        for name, row in subscribers.items()
        if row.source not in known
    ]


def check_folder(folder: Path) -> list[CheckMessage]:
    """Compare the statements below one folder with the modules that run them."""
    uses = find_uses(folder)
    messages: list[CheckMessage] = []
    for path in find_sql_files(folder):
        messages += _check_file(path, uses.pop(path, FileUse()))
    return messages + [Error(f"{path} does not exist.", id="mcps.E003") for path in uses]


def _check_file(path: Path, use: FileUse) -> list[CheckMessage]:
    try:
        names = set(parse_queries(path))
    except ValueError as error:
        return [Error(str(error), id="mcps.E004")]
    unused = [
        Error(f"{path}: nothing runs “{name}”.", hint="Delete it or wrap it.", id="mcps.E001")
        for name in sorted(names - use.literals)
    ]
    unknown = [
        Error(f"{place} asks for “{name}”.", hint=f"It is not in {path}.", id="mcps.E002")
        for name, place in sorted(use.asked.items())
        if name not in names
    ]
    return [*unused, *unknown]
