"""Which form a step has."""

from typing import Final

from campaigns.journeys.forms.acting import EmitForm, ExitForm
from campaigns.journeys.forms.base import NodeForm
from campaigns.journeys.forms.choosing import ChooseForm, ConditionForm, SplitForm
from campaigns.journeys.forms.entries import EntryForm
from campaigns.journeys.forms.sending import SendForm
from campaigns.journeys.forms.waiting import HoldForm, WaitForm, WaitUntilForm

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
    "exit": ExitForm,
}
