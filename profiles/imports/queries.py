"""Typed calls of the statements over uploads."""

from collections.abc import Mapping
from datetime import datetime

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "uploads")


def lock_due_upload(*, after_id: int) -> int | None:
    """Lock the next upload that nobody works on, in the caller's transaction; `None` without one."""
    found = SQL.value("lock_due_upload", {"after_id": after_id})
    return None if found is None else int(found)


def count_people(upload_id: int, people: Mapping[bytes, bool]) -> tuple[int, int]:
    """Note people by digest, with whether they are known; return how many new and known came anew."""
    if not people:
        return 0, 0
    digests = "{" + ",".join(digest.hex() for digest in sorted(people)) + "}"
    known = [people[digest] for digest in sorted(people)]
    params = {"upload_id": upload_id, "digests": digests, "known": known}
    rows = SQL.run("count_people", params)
    known_count = sum(1 for (is_known,) in rows if is_known)
    return len(rows) - known_count, known_count


def forget_pieces(*, before: datetime) -> int:
    """Delete files that are no longer needed; return how many pieces."""
    return SQL.count("forget_pieces", {"before": before})
