"""What each metric means: the one place that pages, documents and the API take it from. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a value counts."""

    PEOPLE = "people"
    TOUCHPOINTS = "touchpoints"
    MESSAGES = "messages"
    REFERRALS = "referrals"
    VISITS = "visits"
    MONEY = "money"
    REWARD = "reward units"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric: `formula` says in words what is counted and at which time it is dated."""

    key: str
    label: str
    unit: Unit
    formula: str
    breakdowns: tuple[str, ...] = ()
    is_good_when_high: bool = True


METRICS: tuple[Metric, ...] = (
    Metric(
        key="touchpoint.count",
        label="Touchpoints",
        unit=Unit.TOUCHPOINTS,
        formula="Touchpoints that sources sent, by the time they happened. Messages, referrals, "
        "attributes that staff or journeys set, and other facts of this system are not among them.",
        breakdowns=("event",),
    ),
    Metric(
        key="touchpoint.revenue",
        label="Revenue",
        unit=Unit.MONEY,
        formula="Sum of the revenue of touchpoints, by the time they happened, in the currency "
        "that the sources use.",
    ),
    Metric(
        key="customer.active",
        label="Active people",
        unit=Unit.PEOPLE,
        formula="Different people with at least one touchpoint from a source in the period. Not "
        "the sum of days: a person counts once.",
        breakdowns=("window",),
    ),
    Metric(
        key="customer.new",
        label="New people",
        unit=Unit.PEOPLE,
        formula="People whose first touchpoint from a source happened in the period.",
    ),
    Metric(
        key="message.sent",
        label="Messages sent",
        unit=Unit.MESSAGES,
        formula="Messages that passed every check and went to the provider, by the time of the "
        "decision.",
        breakdowns=("reason", "channel", "journey"),
    ),
    Metric(
        key="message.held_back",
        label="Messages held back",
        unit=Unit.MESSAGES,
        formula="Messages that a check stopped for good, by the time of the decision.",
        breakdowns=("reason", "channel", "journey"),
        is_good_when_high=False,
    ),
    Metric(
        key="message.delayed",
        label="Messages delayed",
        unit=Unit.MESSAGES,
        formula="Decisions to wait, for example for quiet hours; one message may be delayed more "
        "than once.",
        breakdowns=("reason", "channel", "journey"),
        is_good_when_high=False,
    ),
    Metric(
        key="message.failed",
        label="Messages failed",
        unit=Unit.MESSAGES,
        formula="Messages that could not be built or sent, by the time of the decision.",
        breakdowns=("reason", "channel", "journey"),
        is_good_when_high=False,
    ),
    Metric(
        key="message.delivered",
        label="Messages delivered",
        unit=Unit.MESSAGES,
        formula="Messages that the provider reported as delivered; each message once.",
        breakdowns=("channel", "journey"),
    ),
    Metric(
        key="message.opened",
        label="Messages opened",
        unit=Unit.MESSAGES,
        formula="Messages opened at least once by a person; opens by machines are left out.",
        breakdowns=("channel", "journey"),
    ),
    Metric(
        key="message.clicked",
        label="Messages clicked",
        unit=Unit.MESSAGES,
        formula="Messages with at least one click by a person; clicks by machines are left out.",
        breakdowns=("channel", "journey"),
    ),
    Metric(
        key="message.bounced",
        label="Messages bounced",
        unit=Unit.MESSAGES,
        formula="Messages that the provider reported as bounced; each message once.",
        breakdowns=("channel", "journey"),
        is_good_when_high=False,
    ),
    Metric(
        key="message.complained",
        label="Complaints",
        unit=Unit.MESSAGES,
        formula="Messages that their recipient reported as spam; each message once.",
        breakdowns=("channel", "journey"),
        is_good_when_high=False,
    ),
    Metric(
        key="message.unsubscribed",
        label="Unsubscribes",
        unit=Unit.MESSAGES,
        formula="Messages after which their recipient unsubscribed; each message once.",
        breakdowns=("channel", "journey"),
        is_good_when_high=False,
    ),
    Metric(
        key="journey.exposed",
        label="Entered a journey",
        unit=Unit.PEOPLE,
        formula="First entries of people into a journey, treated and held out, by the day of entry.",
        breakdowns=("arm",),
    ),
    Metric(
        key="journey.closed",
        label="Journey entries with a closed window",
        unit=Unit.PEOPLE,
        formula="Entries whose conversion window is over, by the day of entry. Rates are taken "
        "over these only.",
        breakdowns=("arm",),
    ),
    Metric(
        key="journey.converted",
        label="Journey conversions",
        unit=Unit.PEOPLE,
        formula="Closed entries whose person reached the goal within the window, by the day of "
        "entry.",
        breakdowns=("arm",),
    ),
    Metric(
        key="referral.visited",
        label="Invitation page visits",
        unit=Unit.VISITS,
        formula="Visitors of invitation pages; a visitor counts once an hour for a link, robots "
        "not at all.",
        breakdowns=("program",),
    ),
    Metric(
        key="referral.started",
        label="Friends signed up",
        unit=Unit.REFERRALS,
        formula="Referrals that started with a sign-up, by the time of the sign-up.",
        breakdowns=("program", "cohort", "program_cohort"),
    ),
    Metric(
        key="referral.converted",
        label="Friends converted",
        unit=Unit.REFERRALS,
        formula="Referrals whose friend reached the qualifying event, by the time of that event.",
        breakdowns=("program", "cohort", "program_cohort"),
    ),
    Metric(
        key="referral.rewarded",
        label="Referrals rewarded",
        unit=Unit.REFERRALS,
        formula="Referrals with at least one reward granted after the hold, by the time of the "
        "grant.",
        breakdowns=("program", "cohort", "program_cohort"),
    ),
    Metric(
        key="referral.reversed",
        label="Referrals reversed",
        unit=Unit.REFERRALS,
        formula="Referrals taken back because the order was refunded or a finding was confirmed.",
        breakdowns=("program", "cohort", "program_cohort"),
        is_good_when_high=False,
    ),
    Metric(
        key="referral.rejected",
        label="Referrals rejected",
        unit=Unit.REFERRALS,
        formula="Referrals that were found not to count before they were rewarded.",
        breakdowns=("program", "cohort", "program_cohort"),
        is_good_when_high=False,
    ),
    Metric(
        key="reward.granted",
        label="Rewards granted",
        unit=Unit.REWARD,
        formula="Amount that became available to members, by unit and by the time of the posting.",
        breakdowns=("unit",),
    ),
    Metric(
        key="reward.reversed",
        label="Rewards reversed",
        unit=Unit.REWARD,
        formula="Amount taken back from members, by unit and by the time of the posting.",
        breakdowns=("unit",),
        is_good_when_high=False,
    ),
)

BY_KEY = {metric.key: metric for metric in METRICS}
