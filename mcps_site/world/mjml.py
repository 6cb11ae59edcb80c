"""The look of the demo shop's mails."""

from mcps_site.world.catalog import SHOP

_MAIL = """<mjml>
  <mj-head><mj-attributes><mj-all font-family="Helvetica, Arial, sans-serif" /></mj-attributes></mj-head>
  <mj-body background-color="#f4f2ec">
    <mj-section background-color="#1f3d2f"><mj-column>
      <mj-text color="#ffffff" font-size="20px" font-weight="700">{shop}</mj-text>
    </mj-column></mj-section>
    <mj-section background-color="#ffffff"><mj-column>
      <mj-text font-size="16px" line-height="24px">Hi {{{{ first_name | default: "there" }}}},</mj-text>
      <mj-text font-size="16px" line-height="24px">{words}</mj-text>
      <mj-button background-color="#1f3d2f" href="{link}">{button}</mj-button>
      <mj-text font-size="14px">Know somebody who would like {shop}? Send them
        <a href="{{{{ referral.link }}}}">your invitation</a>: after their first order you both get
        a thank-you.</mj-text>
      <mj-text font-size="12px" color="#667085">You get this because you allowed {shop} to write to
        you. <a href="{{{{ consent.preferences_link }}}}">Your preferences</a> ·
        <a href="{{{{ unsubscribe_link }}}}">Unsubscribe</a></mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>"""


def mail_source(words: str, *, button: str, link: str) -> str:
    """Return a mail of the shop as MJML with Liquid in it."""
    return _MAIL.format(shop=SHOP, words=words, button=button, link=link)
