"""Learning what events look like, and planning what they should look like."""
