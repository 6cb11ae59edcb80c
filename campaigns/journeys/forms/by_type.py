"""Which form a step has."""

from typing import Final

from campaigns.journeys.forms.acting import EmitForm, ExitForm, UpdateForm, WebhookForm
from campaigns.journeys.forms.base import NodeForm
from campaigns.journeys.forms.choosing import (
    ChooseForm,
    ConditionForm,
    LoopForm,
    ReachForm,
    SplitForm,
)
from campaigns.journeys.forms.entries import EntryForm
from campaigns.journeys.forms.plugging import PluginForm
from campaigns.journeys.forms.sending import SendForm
from campaigns.journeys.forms.waiting import (
    HoldForm,
    ThrottleForm,
    WaitDateForm,
    WaitDaysForm,
    WaitForm,
    WaitUntilForm,
)

FORMS: Final[dict[str, type[NodeForm]]] = {
    "entry": EntryForm,
    "send": SendForm,
    "wait": WaitForm,
    "condition": ConditionForm,
    "split": SplitForm,
    "hold": HoldForm,
    "wait_until": WaitUntilForm,
    "choose": ChooseForm,
    "emit": EmitForm,
    "wait_days": WaitDaysForm,
    "wait_date": WaitDateForm,
    "throttle": ThrottleForm,
    "reach": ReachForm,
    "loop": LoopForm,
    "update": UpdateForm,
    "webhook": WebhookForm,
    "plugin": PluginForm,
    "exit": ExitForm,
}
