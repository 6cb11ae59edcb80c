"""What a foreign request says and whether it is genuine, decided from its bytes alone."""
