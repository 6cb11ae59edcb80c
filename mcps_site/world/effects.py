"""What causes what in the simulated world, as numbers with a sentence each.

Tests compare the product's answers with these; the product cannot see them. All are probabilities
or factors; none depends on anything but the person and what really reached them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effects:
    """The causal constants of the world."""

    open_base: float = 0.35
    """Chance that a message on a liked channel in an awake hour is opened."""
    open_asleep: float = 0.4
    """Factor on opening when the message arrives while the person sleeps."""
    click_relevant: float = 0.30
    """Chance that an opened message about a liked category is clicked."""
    click_other: float = 0.08
    """Chance that any other opened message is clicked."""
    order_after_click: float = 0.35
    """Chance that a click leads to an order within a day, before price sensitivity."""
    back_to_cart: float = 0.25
    """Chance that an opened message about a cart brings who left one back to order it, within some hours."""
    fatigue: float = 0.75
    """Factor on opening for each message of the last seven days beyond the person's patience."""
    unsubscribe_tired: float = 0.06
    """Chance that a person whose patience is used up unsubscribes at the next message."""
    refer_after_order: float = 0.5
    """Factor on a person's willingness to share after an order."""
    friend_signs_up: float = 0.25
    """Chance that a friend who gets the link signs up."""
    friend_orders: float = 0.5
    """Chance that a friend who signed up orders within two weeks; the reward adds to it."""
    reward_lift: float = 0.15
    """What the friend's reward adds to that chance."""
    refund: float = 0.04
    """Chance that an order is refunded within two weeks."""
    support: float = 0.03
    """Chance that an order leads to a support contact."""


EFFECTS = Effects()


def chance_to_open(effects: Effects, *, liking: float, awake: bool, excess: int) -> float:
    """Return the chance that a delivered message is opened.

    `liking` is from 0 to 1 for the channel; `excess` counts the messages of the last seven days beyond
    the person's patience.
    """
    hour = 1.0 if awake else effects.open_asleep
    return min(1.0, effects.open_base * (0.5 + liking) * hour * effects.fatigue**excess)


def chance_to_click(effects: Effects, *, taste: float) -> float:
    """Return the chance that an opened message is clicked; `taste` is from 0 to 1 for its subject."""
    return effects.click_other + (effects.click_relevant - effects.click_other) * taste


def chance_to_order(effects: Effects, *, price_sensitivity: float) -> float:
    """Return the chance that a click leads to an order."""
    return effects.order_after_click * (1.2 - 0.6 * price_sensitivity)
