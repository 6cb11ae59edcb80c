"""The shared blocks and brand kits as they stand now, for compiling words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.content.piece_models import BrandKit, SharedBlock
from campaigns.content.rules.brand import BrandValues, pin_kit
from campaigns.content.rules.shared import BlockKind, SharedWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What words may use: blocks by slug, kits with the default one first."""

    blocks: Mapping[str, SharedWords]
    brand: tuple[dict[str, Any], ...]


def load_pieces() -> Pieces:
    """Return the live versions of all blocks and kits; two statements."""
    blocks = SharedBlock.objects.select_related("live_version").exclude(live_version=None)
    kits = BrandKit.objects.select_related("live_version").exclude(live_version=None)
    return Pieces(
        blocks={
            block.slug: SharedWords(
                kind=BlockKind(block.kind),
                number=block.live_version.number,
                source=block.live_version.source,
            )
            for block in blocks
            if block.live_version
        },
        brand=tuple(
            pin_kit(
                BrandValues.model_validate(kit.live_version.values),
                kit=str(kit.key), number=kit.live_version.number,
            )
            for kit in kits.order_by("-is_default", "name")
            if kit.live_version
        ),
    )  # fmt: skip
