"""What an event says, decided from its bytes alone."""
