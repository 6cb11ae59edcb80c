"""Where apps above plug into `profiles`. Registration happens in `AppConfig.ready()`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from kernel.registry import Registry
from profiles.contracts import CustomerId, MadeField, MergePair, ProfileFact, TimelineEntry, UsedBy


class TimelineSource(Protocol):
    """Adds entries of another app to a person's timeline."""

    key: str

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List up to `limit` entries earlier than `before`, newest first."""
        ...


class TouchpointEffects(Protocol):
    """Says what an app did because of one touchpoint, for the page that explains an event."""

    key: str

    def effects(
        self, customer_id: CustomerId, *, touchpoint_id: int, segment_change_ids: Sequence[int]
    ) -> Sequence[TimelineEntry]:
        """List what the touchpoint, or the changes of segments it caused, set off."""
        ...


class ProfileSection(Protocol):
    """Adds a card beside a person's timeline: consent, segments, referrals."""

    key: str
    title: str

    def facts(self, customer_id: CustomerId, *, now: datetime) -> Sequence[ProfileFact]:
        """List what the card shows; without a fact there is no card."""
        ...


class ProfileTab(Protocol):
    """Adds a tab to a person's page. `template` is drawn with what `context` returns."""

    key: str
    label: str
    template: str

    def context(
        self,
        customer_id: CustomerId,
        *,
        query: Mapping[str, str],
        is_masked: bool,
        now: datetime,
    ) -> Mapping[str, Any]:
        """Return what the tab shows; `query` is that of the address. No personal data if masked."""
        ...


class CustomerMerger(Protocol):
    """Moves an app's rows when people become one, and moves them back when that is undone.

    Both calls run inside the transaction of the merge and must work in sets. What `unmerge_customers`
    needs in order to restore the rows is the merger's own business, keyed by `merge_id`.
    """

    key: str

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give the rows of each loser to its winner."""
        ...

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give each loser its rows back."""
        ...


class StragglerFollower(Protocol):
    """Learns whose facts moved after their merge was over: the log shows them to nobody again."""

    key: str

    def follow_stragglers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Bring what follows from the facts of these people up to date, or make it due at once."""
        ...


class PersonalDataSource(Protocol):
    """Exports and erases what an app knows about people."""

    key: str

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return everything stored about the person, as plain JSON values."""
        ...

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete or blank everything that could name the people."""
        ...


class SegmentField(Protocol):
    """A value that rules of segments may ask about, such as a balance or a score.

    `type` is text, number, date, boolean or list; `expression` is trusted SQL over the customer
    `c`; `events` names the touchpoints after which the value may differ. The value must not change
    otherwise, or segments would miss it until the nightly proof.
    """

    key: str
    label: str
    type: str
    expression: str
    events: Sequence[str]

    def read(self, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, Any]:
        """Return the value of each person who has one: what `expression` gives, read otherwise."""
        ...


class SegmentFieldSource(Protocol):
    """Fields that staff make while the system runs; their keys start with `KEY.`.

    Whoever changes a value also makes the person due in the segments that mention the field, as a
    mention of the kind `made`.
    """

    key: str

    def list_fields(self) -> Sequence[MadeField]:
        """List the fields that rules may use now. One statement."""
        ...

    def read(self, field: str, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, Any]:
        """Return the value of each person who has one: what the expression gives."""
        ...


class UsageSource(Protocol):
    """Knows what in another app uses a segment or a computed trait."""

    key: str

    def list_users(self, kind: str, used: Mapping[str, int]) -> Mapping[str, Sequence[UsedBy]]:
        """List what uses `segment`s (keys with their ids) or `computed` traits (fields with ids)."""
        ...


segment_fields: Registry[SegmentField] = Registry("segment field")
segment_field_sources: Registry[SegmentFieldSource] = Registry("source of segment fields")
usage_sources: Registry[UsageSource] = Registry("usage source")
touchpoint_effects: Registry[TouchpointEffects] = Registry("effect of touchpoints")
timeline_sources: Registry[TimelineSource] = Registry("timeline source")
profile_sections: Registry[ProfileSection] = Registry("profile section")
profile_tabs: Registry[ProfileTab] = Registry("tab of profiles")
customer_mergers: Registry[CustomerMerger] = Registry("customer merger")
straggler_followers: Registry[StragglerFollower] = Registry("follower of stragglers")
personal_data_sources: Registry[PersonalDataSource] = Registry("personal data source")
