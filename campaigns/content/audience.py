"""How much of an audience lacks each value that a message reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.content.previewing import person_values
from campaigns.content.rules.rendering import CompiledWords
from campaigns.content.rules.values import read_path
from kernel.sql import SqlFile
from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, wilson
from profiles import facade as profiles
from profiles.contracts import CustomerId

AUDIENCE = SqlFile(__file__, "audience")
SAMPLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One value, how many of the people asked lack it, and what that says about all of them."""

    path: str
    lacking: int
    asked: int
    share: Estimate | NotEstimable

    @property
    def share_text(self) -> str:
        """The share with its interval, in words."""
        if isinstance(self.share, NotEstimable):
            return self.share.reason
        low, high = round(self.share.low * 100), round(self.share.high * 100)
        return f"{self.share.value:.0%}, between {low} and {high}%"


def count_lacks(compiled: CompiledWords, *, segment: UUID | None, now: datetime) -> list[Lack]:
    """Count who lacks each value, in a sample of everybody or of a segment.

    At most 500 people, one statement for them and one for each merge source that the words read.
    The interval is Wilson's (1927).
    """
    ids = _sample(segment, seed=now.toordinal())
    people = list(profiles.get_customers(ids).values())
    values = person_values(compiled, people, now=now)
    found = []
    for path in compiled.paths:
        lacking = sum(read_path(values[person.id], path) is None for person in people)
        share = wilson(Counts(converted=lacking, exposed=len(people)))
        found.append(Lack(path=path, lacking=lacking, asked=len(people), share=share))
    return found


def _sample(segment: UUID | None, *, seed: int) -> Sequence[CustomerId]:
    if segment:
        rows = AUDIENCE.run("sample_members", {"size": SAMPLE, "segment": segment})
    else:
        rows = AUDIENCE.run("sample_people", {"size": SAMPLE, "seed": seed})
    return [CustomerId(row[0]) for row in rows]
