"""How long logs are kept: what may be forgotten, the staff's choice, and the forgetting itself."""
