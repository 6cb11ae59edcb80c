"""How much of an audience lacks each value that a message reads."""

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
from profiles.contracts import CustomerId, CustomerSummary

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
        return say_share(self.share)


def count_lacks(compiled: CompiledWords, *, segment: UUID | None, now: datetime) -> list[Lack]:
    """Count who lacks each value, in a sample of everybody or of a segment.

    At most 500 people, one statement for them and one for each merge source that the words read.
    The interval is Wilson's (1927).
    """
    people = draw_people(segment, now=now)
    values = person_values(compiled, people, now=now)
    found = []
    for path in compiled.paths:
        lacking = sum(read_path(values[person.id], path) is None for person in people)
        share = wilson(Counts(converted=lacking, exposed=len(people)))
        found.append(Lack(path=path, lacking=lacking, asked=len(people), share=share))
    return found


def draw_people(segment: UUID | None, *, now: datetime) -> list[CustomerSummary]:
    """Draw at most 500 people evenly, from everybody or from a segment. Two statements."""
    if segment:
        rows = AUDIENCE.run("sample_members", {"size": SAMPLE, "segment": segment})
    else:
        rows = AUDIENCE.run("sample_people", {"size": SAMPLE, "seed": now.toordinal()})
    return list(profiles.get_customers(CustomerId(row[0]) for row in rows).values())


def say_share(share: Estimate | NotEstimable) -> str:
    """Return a share with its interval, in words."""
    if isinstance(share, NotEstimable):
        return share.reason
    low, high = round(share.low * 100), round(share.high * 100)
    return f"{share.value:.0%}, between {low} and {high}%"
