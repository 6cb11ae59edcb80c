"""Steps that programs bring to journeys: inviting people to share, and granting a reward."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.contracts import NodeAnswer, Visit
from referrals.programs.rules import POINTS, Reward
from referrals.programs.selectors import list_choices
from referrals.programs.services import find_live_program, find_shared_program, join_program
from referrals.rewards.services import promise_rewards

Answers = dict[int, NodeAnswer]
Choices = Sequence[tuple[str, str]]
_NO_PROGRAM = NodeAnswer(outlet="no program", reason="no_program")
_NOT_LIVE = NodeAnswer(outlet="no program", reason="program_not_live")
_SHARED = ("", "The oldest live program, the one that messages link to")


class NoSettings(BaseModel):
    """A step that asks for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RewardSettings(Reward):
    """How much the step grants, and of which program."""

    program: UUID | None = Field(
        default=None,
        title="Program",
        description="While it is not live, people take the other way.",
    )

    amount: Decimal = Field(gt=0, max_digits=12, decimal_places=2, title="Amount")
    unit: str = Field(
        default=POINTS, pattern=r"^(points|[A-Z]{3})$", title="Unit",
        description="points, or a currency such as EUR",
    )  # fmt: skip


class MakeAdvocate:
    """Gives people a code and a link of their own in the live program; once in each program."""

    kind = "referrals.make_advocate"
    label = "Make an advocate"
    note = "A code and link to share: {{ referral.link }}"
    icon = "share-2"
    outlets: tuple[str, ...] = ("advocate", "no program")
    params_type: type[BaseModel] = NoSettings
    reasons: Mapping[str, str] = {
        "made_advocate": "Got a referral code of their own",
        "no_program": "No referral program was live",
    }

    def choices(self) -> Mapping[str, Choices]:
        """Nothing is chosen."""
        return {}

    def decide(self, params: NoSettings, visits: Sequence[Visit], *, now: datetime) -> Answers:
        """Make them advocates; who is one already keeps the code."""
        program_id = find_shared_program()
        if program_id is not None:
            join_program(program_id, [visit.customer_id for visit in visits], now=now)
        return _answer(visits, program_id, outlet="advocate", reason="made_advocate")

    def rehearse(self, params: NoSettings, visits: Sequence[Visit], *, now: datetime) -> Answers:
        """Say which way they would go."""
        return _answer(visits, find_shared_program(), outlet="advocate", reason="made_advocate")


class GrantReward:
    """Grants a reward of a program, once for each visit of the step."""

    kind = "referrals.grant_reward"
    label = "Grant a reward"
    note = "Of a referral program"
    icon = "gift"
    outlets: tuple[str, ...] = ("granted", "no program")
    params_type: type[BaseModel] = RewardSettings
    reasons: Mapping[str, str] = {
        "reward_promised": "Got a reward",
        "program_not_live": "The program of the reward was not live",
    }

    def choices(self) -> Mapping[str, Choices]:
        """Any program, or whichever is live for the longest time."""
        return {"program": [_SHARED, *list_choices()]}

    def decide(self, params: RewardSettings, visits: Sequence[Visit], *, now: datetime) -> Answers:
        """Promise the rewards; they are granted within a minute, as those of referrals."""
        program_id = _program_of(params)
        if program_id is not None:
            causes = {
                f"journey:{visit.enrollment_id}:{visit.step_no}": visit.customer_id
                for visit in visits
            }
            promise_rewards(program_id, causes, reward=params, now=now)
        return _granted(visits, params, program_id)

    def rehearse(
        self, params: RewardSettings, visits: Sequence[Visit], *, now: datetime
    ) -> Answers:
        """Say which way they would go; nothing is granted."""
        return _granted(visits, params, _program_of(params))


def _program_of(params: RewardSettings) -> int | None:
    return find_shared_program() if params.program is None else find_live_program(params.program)


def _granted(visits: Sequence[Visit], params: RewardSettings, program_id: int | None) -> Answers:
    if program_id is None and params.program is not None:
        return {visit.enrollment_id: _NOT_LIVE for visit in visits}
    return _answer(visits, program_id, outlet="granted", reason="reward_promised")


def _answer(
    visits: Sequence[Visit], program_id: int | None, *, outlet: str, reason: str
) -> Answers:
    answer = _NO_PROGRAM if program_id is None else NodeAnswer(outlet=outlet, reason=reason)
    return {visit.enrollment_id: answer for visit in visits}
