"""The form of a step that another app brings: a field for each of its settings."""

from decimal import Decimal
from typing import Any, get_args

from django import forms

from campaigns.extension_points import journey_node_types
from campaigns.journeys.forms.base import NodeForm
from campaigns.journeys.rules.analysis import Known


class PluginForm(NodeForm):
    """Fields made of the kind's settings: numbers, choices and texts."""

    def build(self, known: Known) -> None:
        """Add a field for each setting."""
        kind = journey_node_types.find(str(self.node.get("kind")))
        self.settings = kind.params_type.model_fields if kind else {}
        offered = kind.choices() if kind else {}
        held = self.node.get("settings") or {}
        for name, setting in self.settings.items():
            default = "" if setting.is_required() else setting.default
            options: dict[str, Any] = {
                "label": setting.title or name,
                "required": False,
                "initial": held.get(name, default),
                "help_text": setting.description or "",
            }
            choices = offered.get(name) or [(c, str(c)) for c in get_args(setting.annotation)]
            field: forms.Field
            if choices:
                field = forms.ChoiceField(choices=choices, **options)
            elif setting.annotation is Decimal:
                field = forms.DecimalField(decimal_places=2, max_digits=12, **options)
            else:
                field = forms.CharField(max_length=300, **options)
            self.fields[name] = field

    def values(self) -> dict[str, Any]:
        """Return the settings that are filled in."""
        filled = {name: self.cleaned_data[name] for name in self.settings}
        return {
            "settings": {
                name: str(value) if isinstance(value, Decimal) else value
                for name, value in filled.items()
                if value not in {None, ""}
            }
        }
