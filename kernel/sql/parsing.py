"""The text of `.sql` files: blocks, placeholders, and what may be said about them without a database."""

import re
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"^-- name: *(?P<name>\S+) *$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\((?P<name>\w+)\)s(?P<cast>::)?|%%|%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One named statement and the comment above it."""

    name: str
    comment: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedText:
    """A statement with `$n` in place of its named parameters, in the order of `names`."""

    text: str
    names: tuple[str, ...]
    uncast: tuple[str, ...]


def parse_queries(path: Path) -> dict[str, Query]:
    """Split a file into its named statements; raises `ValueError` that names what is wrong."""
    source = path.read_text(encoding="utf-8")
    marks = list(_NAME.finditer(source))
    if not marks:
        raise ValueError(f"{path} holds no “-- name:” line.")
    ends = [mark.start() for mark in marks[1:]] + [len(source)]
    queries: dict[str, Query] = {}
    for mark, end in zip(marks, ends, strict=True):
        name = mark["name"]
        if name in queries:
            raise ValueError(f"{path} holds “{name}” twice.")
        queries[name] = _query(name, source[mark.end() : end])
    return queries


def to_prepared(text: str) -> PreparedText:
    """Turn `%(name)s` into `$n`, one number per name; the casts stay where they are."""
    names: list[str] = []
    uncast: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "%"
        if match["cast"] is None:
            uncast.append(name)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}{match['cast'] or ''}"

    replaced = _PLACEHOLDER.sub(number, text)
    return PreparedText(text=replaced, names=tuple(names), uncast=tuple(uncast))


def find_sql_files(folder: Path) -> list[Path]:
    """Return the `.sql` files of named statements below a folder, migrations left out."""
    found = sorted(folder.rglob("sql/*.sql"))
    return [path for path in found if "migrations" not in path.relative_to(folder).parts]


def _query(name: str, body: str) -> Query:
    lines = body.strip().splitlines()
    heading = 0
    while heading < len(lines) and lines[heading].startswith("--"):
        heading += 1
    comment = "\n".join(line.removeprefix("--").strip() for line in lines[:heading])
    text = "\n".join(lines[heading:]).strip().removesuffix(";")
    return Query(name=name, comment=comment, text=text)
