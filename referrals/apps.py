"""Application settings of `referrals`."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self) -> None:
        import referrals.extensions
        import referrals.rewards.tasks
        import referrals.subscribers  # noqa: F401 (each registers what it holds)
        from kernel.ui.navigation import NavItem, register

        register(
            NavItem(
                section="Refer",
                label="Programs",
                url_name="referrals:programs",
                icon="share-2",
                order=10,
                keywords="referral friends invitation terms",
            )
        )
        register(
            NavItem(
                section="Refer",
                label="Rewards",
                url_name="referrals:rewards",
                icon="gift",
                order=20,
                keywords="grants ledger points reverse",
            )
        )
