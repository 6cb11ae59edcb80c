"""Examples of the pages of templates: brand kits, shared blocks, e-mails of blocks."""

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
for _page in ("shared-block", "shared-block-renew", "shared-block-delete"):
    example(f"campaigns:{_page}")(_shared_block)


@example("campaigns:template-to-mjml")
@example("campaigns:template-compose")
def _composed():
    from datetime import UTC, datetime

    from campaigns.content.composing import compose
    from campaigns.content.editing import Purpose, start_template
    from campaigns.content.models import Template
    from campaigns.content.rules.document_edits import Place, add_block
    from campaigns.contracts import Channel, MessageClass
    from kernel.ids import new_key

    now, actor = datetime.now(UTC), "command:test"
    found = Template.objects.filter(name="Browser blocks").first()
    if found:
        return {"key": found.key}
    purpose = Purpose(channel=Channel.EMAIL, message_class=MessageClass.MARKETING)
    made = start_template(
        "Browser blocks", key=new_key(now=now), purpose=purpose, actor=actor, now=now,
        is_composed=True,
    )  # fmt: skip
    draft = made.drafts.get()
    for kind in ("heading", "columns"):
        draft = compose(
            draft, lambda document, kind=kind: add_block(document, kind, Place())[0],
            label="Add", seen=draft.place, actor=actor, now=now,
        )  # fmt: skip
    return {"key": made.key}
