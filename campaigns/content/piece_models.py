"""What templates share: brand kits and shared blocks, each with versions that never change."""

from django.db import models

from campaigns.content.rules.shared import BlockKind

KIND_CHOICES = [
    (BlockKind.SECTIONS.value, "Sections of an e-mail (MJML)"),
    (BlockKind.COLUMN.value, "Inside a column of an e-mail (MJML)"),
    (BlockKind.WORDS.value, "Words, on any channel"),
]


class BrandKit(models.Model):
    """The look and the legal words of a brand. `sender` sends its e-mail where none is chosen."""

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=120, unique=True)
    is_default = models.BooleanField(default=False)
    sender = models.ForeignKey(
        "campaigns.Sender", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    live_version = models.ForeignKey(
        "campaigns.BrandVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_brand_kit"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True),
                name="campaigns_brand_one_default",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class BrandVersion(models.Model):
    """The values of a kit since a moment, as `rules.brand.BrandValues` holds them."""

    kit = models.ForeignKey(BrandKit, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    values = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80)

    class Meta:
        db_table = "campaigns_brand_version"
        constraints = [
            models.UniqueConstraint(fields=["kit", "number"], name="campaigns_brand_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kit_id} v{self.number}"


class SharedBlock(models.Model):
    """A piece of a message that many templates use, by its slug: `{% render "slug" %}`."""

    key = models.UUIDField(unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=KIND_CHOICES)
    live_version = models.ForeignKey(
        "campaigns.SharedBlockVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_shared_block"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in BlockKind]),
                name="campaigns_shared_block_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SharedBlockVersion(models.Model):
    """The words of a shared block since a moment."""

    block = models.ForeignKey(SharedBlock, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    source = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80)

    class Meta:
        db_table = "campaigns_shared_block_version"
        constraints = [
            models.UniqueConstraint(fields=["block", "number"], name="campaigns_shared_number"),
        ]

    def __str__(self) -> str:
        return f"{self.block_id} v{self.number}"
