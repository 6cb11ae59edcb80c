"""Examples of the pages of templates: brand kits, shared blocks."""

from tests.browser.examples import example


def _kit():
    from datetime import UTC, datetime

    from campaigns.content.branding import KitDraft, create_kit, read_values
    from campaigns.content.piece_models import BrandKit
    from kernel.ids import new_key

    now = datetime.now(UTC)
    kit = BrandKit.objects.filter(name="Browser example").first()
    draft = KitDraft(name="Browser example", values=read_values({"company": "Shop"}))
    kit = kit or create_kit(draft, key=new_key(now=now), actor="command:test", now=now)
    return {"key": kit.key}


def _shared_block():
    from datetime import UTC, datetime

    from campaigns.content.piece_models import SharedBlock
    from campaigns.content.rules.shared import BlockKind
    from campaigns.content.sharing import BlockDraft, create_block
    from kernel.ids import new_key

    now = datetime.now(UTC)
    block = SharedBlock.objects.filter(slug="browser-example").first()
    draft = BlockDraft(
        slug="browser-example", name="Browser example", kind=BlockKind.WORDS, source="Hi"
    )
    block = block or create_block(draft, key=new_key(now=now), actor="command:test", now=now)
    return {"key": block.key}


for _page in ("brand-kit", "brand-kit-renew", "brand-kit-delete"):
    example(f"campaigns:{_page}")(_kit)
for _page in ("shared-block", "shared-block-preview", "shared-block-renew", "shared-block-delete"):
    example(f"campaigns:{_page}")(_shared_block)
