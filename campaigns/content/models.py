"""Templates and their immutable versions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.channels.models import CHANNEL_CHOICES
from campaigns.channels.words import channel_label
from campaigns.contracts import MessageClass

CLASS_CHOICES = [(item.value, item.value) for item in MessageClass]


class Template(models.Model):
    """One message, whatever its words. `topic` is the consent topic; empty = the whole channel.

    `language` is the one its default words are in, which people get whose own it is not in.
    """

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=16, choices=CHANNEL_CHOICES)
    message_class = models.CharField(
        max_length=16, choices=CLASS_CHOICES, default=MessageClass.MARKETING.value
    )
    topic = models.CharField(max_length=64, blank=True, default="")
    language = models.CharField(max_length=16, db_default="en")
    tags = ArrayField(models.TextField(), default=list, db_default=[])
    is_archived = models.BooleanField(default=False, db_default=False)
    takes_utm = models.BooleanField(default=True, db_default=True)
    utm_campaign = models.CharField(max_length=120, blank=True, default="", db_default="")
    live_version = models.ForeignKey(
        "campaigns.TemplateVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_template"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(message_class__in=[item.value for item in MessageClass]),
                name="campaigns_template_class",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def channel_label(self) -> str:
        """The channel as staff read it."""
        return channel_label(self.channel)


class TemplateVersion(models.Model):
    """Words as published. `html` is compiled from `source` once; no row ever changes."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    subject = models.TextField(blank=True, default="")
    source = models.TextField(blank=True, default="")
    source_format = models.CharField(max_length=8, default="mjml")
    html = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    fields = models.JSONField(blank=True, default=dict)
    blocks = models.JSONField(blank=True, default=dict, db_default={})
    """The shared blocks that are in it by slug, as they stood; see `rules.shared`."""
    brand = models.JSONField(blank=True, default=list, db_default=[])
    """The brand kits it reads, as they stood; see `rules.brand.pin_kit`."""
    segments = models.JSONField(blank=True, default=dict, db_default={})
    """The keys of the segments it names, by the name as it is written."""
    sources = models.JSONField(blank=True, default=list, db_default=[])
    """The catalogs and coupon pools it draws from, as `catalog:SLUG` and `pool:SLUG`."""
    published_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_template_version"
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"], name="campaigns_template_version_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Translation(models.Model):
    """The words of a version in one further language; published with it, and as unchanging."""

    version = models.ForeignKey(
        TemplateVersion, on_delete=models.CASCADE, related_name="translations"
    )
    locale = models.CharField(max_length=16)
    subject = models.TextField(db_default="")
    source = models.TextField(db_default="")
    source_format = models.CharField(max_length=8, db_default="mjml")
    html = models.TextField(db_default="")
    text = models.TextField(db_default="")
    fields = models.JSONField(default=dict)

    class Meta:
        db_table = "campaigns_template_translation"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "locale"], name="campaigns_template_translation_locale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.locale}"


class WorkingDraft(models.Model):
    """Words that staff are writing, in one language; the empty locale is the default language.

    Saved with every change, published together, then gone.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="drafts")
    locale = models.CharField(max_length=16, blank=True, db_default="")
    subject = models.TextField(blank=True, db_default="")
    source = models.TextField(blank=True, db_default="")
    source_format = models.CharField(max_length=8, db_default="mjml")
    text = models.TextField(blank=True, db_default="")
    fields = models.JSONField(blank=True, default=dict)
    place = models.IntegerField(db_default=0)
    edit_place = models.IntegerField(db_default=0)
    """Which of its edits shows, where it is a document of blocks."""
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80)

    class Meta:
        db_table = "campaigns_template_draft"
        constraints = [
            models.UniqueConstraint(
                fields=["template", "locale"], name="campaigns_template_draft_locale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.locale or 'default'}"


class DraftEdit(models.Model):
    """A document of blocks after one edit; the last hundred are kept for undoing."""

    draft = models.ForeignKey(WorkingDraft, on_delete=models.CASCADE, related_name="edits")
    place = models.IntegerField()
    label = models.CharField(max_length=120)
    source = models.TextField()
    edited_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_template_edit"
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "place"], name="campaigns_template_edit_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} #{self.place} {self.label}"


class SentTest(models.Model):
    """A test that a staff member sent to themselves; no delivery, so nothing counts it.

    `outcome` stays `uncertain` where a crash came before the provider's answer.
    """

    key = models.UUIDField(unique=True)
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="tests")
    sent_by = models.CharField(max_length=80)
    sent_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, default="uncertain")

    class Meta:
        db_table = "campaigns_template_test"

    def __str__(self) -> str:
        return f"{self.template_id} to {self.sent_by}"
