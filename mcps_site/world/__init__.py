"""The demo world: simulated people of one shop. The product never imports it."""
