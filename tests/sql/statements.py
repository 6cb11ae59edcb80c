"""Every named statement of every app, for the tests of this folder."""

from pathlib import Path

from kernel.checks import our_folders
from kernel.sql.parsing import Query, find_sql_files, parse_queries


def all_statements() -> list[tuple[Path, Query]]:
    """Return each statement with the path of its file."""
    files = [path for folder in our_folders() for path in find_sql_files(folder)]
    return [(path, query) for path in files for query in parse_queries(path).values()]
