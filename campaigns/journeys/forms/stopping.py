"""The forms that stop a journey and move people between its versions."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from campaigns.journeys.services.migrating import LEAVE, STAY, StepOfOld

_PAUSE: Final = (
    ("pause:go_on", "Pause entries. People inside go on to the end."),
    ("pause:hold", "Pause and hold. People inside stay where they are and get no message."),
)
_RESUME: Final = (
    ("resume:now", "Resume. Who is overdue goes on at once."),
    ("resume:leave", "Resume. Who is overdue leaves."),
)
_END: Final = (
    ("end:go_on", "End for good. People inside go on to the end."),
    ("end:leave", "End for good. Everybody inside leaves now; planned messages are held back."),
)
_CHOICES: Final = {"live": (*_PAUSE, *_END), "paused": (*_RESUME, *_END)}


class StopForm(forms.Form):
    """What is done with entries, and with the people inside."""

    what = forms.ChoiceField(label="What shall happen", widget=forms.RadioSelect)

    def __init__(self, status: str, posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        chosen: Any = self.fields["what"]
        chosen.choices = _CHOICES.get(status, ())

    @property
    def verb(self) -> str:
        """Pause, resume or end."""
        return str(self.cleaned_data["what"]).partition(":")[0]

    @property
    def settings(self) -> dict[str, Any]:
        """What the service takes besides."""
        choice = str(self.cleaned_data["what"]).partition(":")[2]
        return {"overdue_leave": choice == "leave"} if self.verb == "resume" else {"inside": choice}


class MoveForm(forms.Form):
    """For each step of an older version at which people stand: where they go."""

    def __init__(
        self, steps: Sequence[StepOfOld], targets: Sequence[str], posted: Any = None
    ) -> None:
        super().__init__(posted, label_suffix="")
        self.steps = steps
        for place, step in enumerate(steps):
            self.fields[f"step_{place}"] = forms.ChoiceField(
                label=f"People at “{step.name}” of version {step.version.number}",
                choices=[(STAY, "Stay on their version"), (LEAVE, "Leave the journey"),
                         *((name, f"Go to “{name}”") for name in targets)],
                initial=STAY,
            )  # fmt: skip

    @property
    def choices(self) -> dict[tuple[int, str], str]:
        """Return the choice for each version and step."""
        return {
            (step.version.number, step.name): self.cleaned_data[f"step_{place}"]
            for place, step in enumerate(self.steps)
        }
