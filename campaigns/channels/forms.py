"""The form of a sender: its own fields, and those of its provider's settings."""

from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from django import forms
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from campaigns.channels.models import Sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.extension_points import ChannelProvider

_KEPT = "Stored encrypted and never shown again. Leave it empty to keep the stored one."
_NEW = "Stored encrypted and never shown again."
_LONG = {"service_account"}
_ADDRESSED = {Channel.EMAIL, Channel.SMS, Channel.WHATSAPP}


class SenderForm(forms.Form):
    """Fields are made from the type of the provider's settings."""

    name = forms.CharField(max_length=120, help_text="Only staff see it.")

    def __init__(
        self,
        provider: ChannelProvider,
        channel: Channel,
        *,
        sender: Sender | None = None,
        posted: Any = None,
    ) -> None:
        super().__init__(posted, label_suffix="")
        self.provider, self.channel, self.sender = provider, channel, sender
        if channel in _ADDRESSED:
            self._add_address(channel)
        for name, info in provider.config_type.model_fields.items():
            self.fields[f"config.{name}"] = _field(name, info, sender=sender)
        self.fields["stands_in"] = forms.BooleanField(
            label="Stands in when another sender of this channel cannot hand over", required=False
        )
        self.fields["price"] = forms.DecimalField(
            label="Price of one message", min_value=0, max_digits=10, decimal_places=5,
            required=False, help_text="In your currency; budgets in money add it up.",
        )  # fmt: skip
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        if sender:
            self._show(sender)

    def draft(self) -> SenderDraft:
        """Return what was entered; secrets that were left empty are absent."""
        data = self.cleaned_data
        config = {
            name.removeprefix("config."): value
            for name, value in data.items()
            if name.startswith("config.") and value not in {"", None}
        }
        return SenderDraft(
            name=data["name"],
            channel=self.channel,
            kind=self.provider.kind,
            config=config,
            from_address=data.get("from_address", ""),
            from_name=data.get("from_name", ""),
            reply_to=data.get("reply_to", ""),
            stands_in=data["stands_in"],
            price=data["price"] or Decimal(0),
        )

    def _add_address(self, channel: Channel) -> None:
        if channel is Channel.EMAIL:
            self.fields["from_address"] = forms.EmailField(label="From", required=False)
            self.fields["from_name"] = forms.CharField(
                label="Name people see", max_length=120, required=False
            )
            self.fields["reply_to"] = forms.EmailField(label="Reply to", required=False)
            return
        self.fields["from_address"] = forms.RegexField(
            r"^(\+[1-9][0-9]{4,14}|[A-Za-z0-9 ]{3,11})$", label="From", required=False,
            help_text="A number such as +15550100, or a name of 3 to 11 letters.",
        )  # fmt: skip

    def _show(self, sender: Sender) -> None:
        self.initial = {
            "name": sender.name,
            "from_address": sender.from_address,
            "from_name": sender.from_name,
            "reply_to": sender.reply_to,
            "stands_in": sender.stands_in,
            "price": sender.price.normalize() if sender.price else 0,
        }
        secret = {
            name for name, info in self.provider.config_type.model_fields.items() if is_secret(info)
        }
        for name, value in sender.config.items():
            if name not in secret:
                self.initial[f"config.{name}"] = value


def is_secret(info: FieldInfo) -> bool:
    """Say whether a setting is stored encrypted."""
    return info.annotation is SecretStr


def _field(name: str, info: FieldInfo, *, sender: Sender | None) -> forms.Field:
    label = info.title or name.replace("_", " ").capitalize()
    if is_secret(info):
        hidden = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        secret = forms.Textarea(attrs={"rows": 4}) if name in _LONG else hidden
        return forms.CharField(
            label=label, widget=secret, max_length=10_000,
            required=sender is None and info.is_required(),
            help_text=_KEPT if sender else _NEW,
        )  # fmt: skip
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    if info.examples and sender is None:
        default = info.examples[0]
    settings: dict[str, Any] = {
        "label": label, "required": info.is_required(), "initial": default,
        "help_text": info.description or "",
    }  # fmt: skip
    if get_origin(info.annotation) is Literal:
        choices = [(each, each) for each in get_args(info.annotation)]
        return forms.ChoiceField(choices=choices, **settings)
    if info.annotation is int:
        return forms.IntegerField(**settings)
    if info.annotation is float:
        return forms.FloatField(**settings)
    return forms.CharField(max_length=2_000, **settings)
