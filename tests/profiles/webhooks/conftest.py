from tests.profiles.webhooks.providing import plain, shop, till

__all__ = ["plain", "shop", "till"]
