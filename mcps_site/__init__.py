"""The roof: settings, URLs, schedule and the processes. It holds no domain logic."""
