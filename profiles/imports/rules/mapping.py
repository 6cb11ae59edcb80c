"""What the columns of rows mean: authored by people, stored as JSON, the same for every way in."""

from collections import Counter
from enum import StrEnum
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Kind(StrEnum):
    """What a row is about."""

    PEOPLE = "people"
    EVENTS = "events"


class Use(StrEnum):
    """What a column is used as."""

    IGNORE = "ignore"
    USER_ID = "user_id"
    ANONYMOUS_ID = "anonymous_id"
    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL_ID = "external_id"
    TRAIT = "trait"
    EVENT = "event"
    TIME = "time"
    PROPERTY = "property"
    ROW_ID = "row_id"
    CONSENT = "consent"
    CONSENT_CHANNEL = "consent_channel"
    CONSENT_TOPIC = "consent_topic"
    CONSENT_TEXT = "consent_text"


class ValueType(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


IDENTITIES = frozenset(
    {Use.USER_ID, Use.ANONYMOUS_ID, Use.EMAIL, Use.PHONE, Use.EXTERNAL_ID}
)  # fmt: skip
NAMED = frozenset({Use.EXTERNAL_ID, Use.TRAIT, Use.PROPERTY})
ABOUT_CONSENT = (Use.CONSENT_CHANNEL, Use.CONSENT_TOPIC, Use.CONSENT_TEXT)
_ONCE = (
    Use.USER_ID, Use.ANONYMOUS_ID, Use.EMAIL, Use.PHONE, Use.EVENT, Use.TIME, Use.ROW_ID,
    *ABOUT_CONSENT,
)  # fmt: skip


class _Authored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Formats(_Authored):
    """How numbers and dates are written; times without a zone are in `time_zone`."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    dates: Literal["iso", "day_first", "month_first", "unix"] = "iso"
    time_zone: str = "UTC"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("Decimals and thousands cannot be parted by the same sign.")
        if self.time_zone not in available_timezones():
            raise ValueError(f"There is no time zone “{self.time_zone}”.")
        return self


class Column(_Authored):
    """One column and its use; `name` is that of the trait, property or kind of identifier."""

    column: str = Field(min_length=1, max_length=300)
    use: Use
    name: str = Field(default="", max_length=200)
    type: ValueType = ValueType.TEXT

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.use in NAMED and not self.name.strip():
            raise ValueError(f"The column “{self.column}” needs a name for what it becomes.")
        return self


class Mapping(_Authored):
    """The columns of rows of one kind; columns that are not named are ignored."""

    version: Literal[1] = 1
    kind: Kind
    columns: tuple[Column, ...] = Field(max_length=1_000)
    event: str = Field(default="", max_length=200)
    formats: Formats = Formats()

    @model_validator(mode="after")
    def _check(self) -> Self:
        uses = Counter(column.use for column in self.columns)
        if not IDENTITIES & uses.keys():
            raise ValueError(
                "No column says who it is. Use one as user id, e-mail address, phone number or "
                "another identifier."
            )
        if twice := next((use for use in _ONCE if uses[use] > 1), None):
            raise ValueError(f"Only one column can be used as {twice.replace('_', ' ')}.")
        self._check_consents(uses)
        if self.kind == Kind.EVENTS and not self.event.strip() and not uses[Use.EVENT]:
            raise ValueError("Events need a name: choose the column that holds it, or write one.")
        if self.kind == Kind.PEOPLE and (uses[Use.EVENT] or uses[Use.PROPERTY]):
            raise ValueError(
                "Rows about people hold traits; event names and properties do not fit."
            )
        return self

    def _check_consents(self, uses: Counter[Use]) -> None:
        """Refuse consent that would not say for what, or when: the newest statement holds."""
        said = [column for column in self.columns if column.use == Use.CONSENT]
        if said and not uses[Use.TIME]:
            raise ValueError(
                "Consent needs the time at which it was said, or an old list would undo what "
                "people said since. Use a column as time."
            )
        if not uses[Use.CONSENT_CHANNEL] and (
            column := next((one for one in said if not one.name.strip()), None)
        ):
            raise ValueError(
                f"The column “{column.column}” needs a name such as email or email/news, or use "
                "another column as the channel of the consent."
            )
