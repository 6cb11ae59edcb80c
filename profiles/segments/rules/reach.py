"""Conditions on consent, and on whether a person may be reached on a channel at all."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person, Reach
from profiles.segments.rules.sqlbuilder import Builder, Leaf
from profiles.segments.rules.windows import Part

Word = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
STATES = ("granted", "withdrawn", "never", "none")
_UNKNOWN = Reach(reason="no_consent", consent="none")


class ReachCondition(Part):
    """May we contact the person on this channel, about this topic?"""

    kind: Literal["reachable"] = "reachable"
    channel: Annotated[Word, StringConstraints(min_length=1)]
    topic: Word = ""
    value: bool = True

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        reason = person.reach.get((self.channel, self.topic), _UNKNOWN).reason
        holds = (reason == "allowed") is self.value
        return Outcome(holds=holds, fact=reason.replace("_", " "))

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        alias = join_gate(builder, self.channel, self.topic)
        sign = "=" if self.value else "<>"
        return Leaf(predicate=f"{alias}.reason {sign} 'allowed'")

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("consent", self.channel)}

    def words(self) -> str:
        """Say the condition."""
        topic = f" about “{self.topic}”" if self.topic else ""
        return f"{'can' if self.value else 'cannot'} be reached by {self.channel}{topic}"


class ConsentCondition(Part):
    """What the person said about a channel and topic."""

    kind: Literal["consent"] = "consent"
    channel: Annotated[Word, StringConstraints(min_length=1)]
    topic: Word = ""
    states: Annotated[
        list[Literal["granted", "withdrawn", "never", "none"]],
        Field(min_length=1, max_length=4),
        AfterValidator(lambda states: sorted(set(states), key=STATES.index)),
    ]

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        state = person.reach.get((self.channel, self.topic), _UNKNOWN).consent
        return Outcome(holds=state in self.states, fact=f"consent is {state}")

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        alias = join_gate(builder, self.channel, self.topic)
        return Leaf(predicate=f"{alias}.consent = ANY ({builder.bind(self.states, 'text[]')})")

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("consent", self.channel)}

    def words(self) -> str:
        """Say the condition."""
        topic = f" for “{self.topic}”" if self.topic else ""
        known = {"granted": "given", "never": "refused from the start", "none": "not known"}
        states = " or ".join(known.get(state, state) for state in self.states)
        return f"{self.channel} consent{topic} is {states}"


def join_gate(builder: Builder, channel: str, topic: str) -> str:
    """Join the consent gate for one channel and topic and return its alias."""
    alias = builder.alias()
    channel_sql, topic_sql = builder.bind(channel, "text"), builder.bind(topic, "text")
    builder.join(
        "CROSS JOIN LATERAL"
        f" profiles_may_contact(c.id, {channel_sql}, {topic_sql}, NULL::text) {alias}"
    )
    return alias
