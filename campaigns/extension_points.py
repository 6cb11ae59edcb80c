"""What other apps may plug into `campaigns`: channel providers, merge values, journey nodes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from pydantic import BaseModel

from campaigns.contracts import (
    Channel,
    InboundMessage,
    NodeAnswer,
    OutgoingMessage,
    ProviderEvent,
    ProviderRequest,
    SendResult,
    Visit,
)
from kernel.registry import Registry
from profiles.contracts import CustomerId, UsedBy


class ProviderConfig(BaseModel, extra="forbid", frozen=True):
    """Base of a provider's settings. Secrets are `SecretStr`: they are stored encrypted."""


class ChannelProvider(Protocol):
    """Hands messages of one channel to the outside."""

    @property
    def kind(self) -> str:
        """The key in the registry, such as `smtp`."""
        ...

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it sends on."""
        ...

    @property
    def config_type(self) -> type[ProviderConfig]:
        """The type of its settings."""
        ...

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: Any, now: datetime
    ) -> list[SendResult]:
        """Hand over a batch; return one result for each message, in order. Never raises."""
        ...


@runtime_checkable
class ReportsByWebhook(Protocol):
    """A provider that reports what became of its messages by HTTP."""

    def parse_webhook(
        self, request: ProviderRequest, *, config: Any, now: datetime
    ) -> list[ProviderEvent | InboundMessage]:
        """Read a report after checking its signature.

        Raises:
            Forbidden: it is forged, or too old.
            Invalid: it is genuine, but cannot be read.
        """
        ...


@runtime_checkable
class AnswersInbound(Protocol):
    """A provider whose answer to a message of a person goes back to that person."""

    def answer(self, inbound: Sequence[InboundMessage], *, config: Any) -> tuple[str, bytes]:
        """Return the content type and the body of the answer to a report."""
        ...


@runtime_checkable
class CanBeAsked(Protocol):
    """A provider that can say afterwards whether it took a message."""

    def look_up(self, keys: Sequence[UUID], *, config: Any) -> dict[UUID, bool] | None:
        """Say which deliveries the provider took; `None` when it cannot tell now."""
        ...


@runtime_checkable
class CanBeChecked(Protocol):
    """A provider that can say whether its settings work, without sending anything."""

    def check(self, *, config: Any, now: datetime) -> str:
        """Return what was found, in a sentence.

        Raises:
            Invalid: a setting is wrong; the field is its name, or empty.
            Unavailable: nobody answered.
        """
        ...


class MergeSource(Protocol):
    """Values for templates that another app knows, under one name: `{{ referral.link }}`."""

    key: str

    @property
    def samples(self) -> Mapping[str, str]:
        """Values that stand for a person's in previews."""
        ...

    def values(
        self, customer_ids: Sequence[CustomerId], *, now: datetime
    ) -> dict[CustomerId, dict[str, Any]]:
        """Return the values of each person. Set-based: one call for a batch."""
        ...


class TemplateUsage(Protocol):
    """Knows what sends a template."""

    key: str

    def list_users(self, template: UUID) -> Sequence[UsedBy]:
        """List what sends the template with this key now."""
        ...


class DrawingUsage(Protocol):
    """Knows what draws from a catalog or a coupon pool."""

    key: str

    def list_users(self, source: str) -> Sequence[UsedBy]:
        """List what draws from `catalog:SLUG` or `pool:SLUG` now, by name."""
        ...


class JourneyNodeType(Protocol):
    """A step of a journey that another app brings; it acts and decides for many people at once.

    `params_type` holds its settings: the builder makes a field of each, with title and description.
    Every outlet leads somewhere. `reasons` are the words of the reasons it gives.
    """

    kind: str
    label: str
    note: str
    icon: str
    outlets: tuple[str, ...]
    params_type: type[BaseModel]
    reasons: Mapping[str, str]

    def choices(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return the values and words of each setting that names something of this app."""
        ...

    def decide(
        self, params: Any, visits: Sequence[Visit], *, now: datetime
    ) -> dict[int, NodeAnswer]:
        """Act, and return the outlet and the reason for each enrollment id.

        In the transaction that moves the people. What it does has a unique key made of enrollment
        and step, so that nothing happens twice.
        """
        ...

    def rehearse(
        self, params: Any, visits: Sequence[Visit], *, now: datetime
    ) -> dict[int, NodeAnswer]:
        """Return what `decide` would, as far as that can be told without doing anything."""
        ...


channel_providers: Registry[ChannelProvider] = Registry("channel provider")
template_usages: Registry[TemplateUsage] = Registry("template usage")
drawing_usages: Registry[DrawingUsage] = Registry("drawing usage")
merge_sources: Registry[MergeSource] = Registry("merge source")
journey_node_types: Registry[JourneyNodeType] = Registry("journey node type")
