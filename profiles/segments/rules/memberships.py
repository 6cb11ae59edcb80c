"""Membership of another segment, also for some time, and the stable random bucket."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from kernel.buckets import bucket
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person
from profiles.segments.rules.sqlbuilder import Builder, Leaf, seconds
from profiles.segments.rules.windows import Part, Span


class SegmentCondition(Part):
    """In or not in another segment; `lasting` asks that it has been so for some time.

    The other segment is read as it stands, never compiled in, so its cost is paid once.
    """

    kind: Literal["segment"] = "segment"
    segment: UUID
    member: bool = True
    lasting: Span | None = None

    @model_validator(mode="after")
    def _lasting_means_inside(self) -> "SegmentCondition":
        if self.lasting and not self.member:
            raise ValueError("Only membership has a beginning; drop `lasting` or ask for members.")
        return self

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        since = person.member_since.get(str(self.segment))
        fact = f"member since {since:%Y-%m-%d %H:%M}" if since else "not a member"
        if since is None or self.lasting is None:
            return Outcome(holds=(since is not None) is self.member, fact=fact)
        ripe = since + self.lasting.length
        return Outcome(holds=ripe <= now, changes_at=ripe if ripe > now else None, fact=fact)

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        alias = builder.alias()
        segment_id = builder.bind(builder.segment_ids.get(str(self.segment), 0), "bigint")
        builder.join(
            f"LEFT JOIN profiles_segment_member {alias}"
            f" ON {alias}.segment_id = {segment_id} AND {alias}.customer_id = c.id"
        )
        if self.lasting is None:
            return Leaf(predicate=f"{alias}.since IS {'NOT ' if self.member else ''}NULL")
        limit = builder.moment(builder.now - self.lasting.length)
        changes = None
        if builder.with_changes:
            ripe = f"{alias}.since + {seconds(builder, self.lasting.length.total_seconds())}"
            changes = f"CASE WHEN {ripe} > {builder.clock()} THEN {ripe} END"
        return Leaf(predicate=f"{alias}.since <= {limit}", changes_at=changes)

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("segment", str(self.segment))}

    def words(self) -> str:
        """Say the condition; the page puts the segment's name in place of its key."""
        lasting = f" for at least {self.lasting.words()}" if self.lasting else ""
        return f"{'is' if self.member else 'is not'} in the segment {self.segment}{lasting}"


class BucketCondition(Part):
    """A stable random share of people: buckets `first` to `last` of 0 to 9,999, both included."""

    kind: Literal["bucket"] = "bucket"
    salt: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    first: Annotated[int, Field(ge=0, le=9_999)]
    last: Annotated[int, Field(ge=0, le=9_999)]

    @model_validator(mode="after")
    def _in_order(self) -> "BucketCondition":
        if self.first > self.last:
            raise ValueError("The first bucket is behind the last one.")
        return self

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        place = bucket(self.salt, person.key)
        return Outcome(holds=self.first <= place <= self.last, fact=f"bucket {place:,}")

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        salt = builder.bind(self.salt, "text")
        low, high = builder.bind(self.first, "integer"), builder.bind(self.last, "integer")
        return Leaf(predicate=f"kernel_bucket({salt}, c.key::text) BETWEEN {low} AND {high}")

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on: nothing that happens."""
        return set()

    def words(self) -> str:
        """Say the condition."""
        share = (self.last - self.first + 1) / 100
        return f"is in a random {share:g}% of people (“{self.salt}”)"
