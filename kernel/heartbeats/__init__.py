"""Signs of life of the processes that do the work; the operations page and /readyz read them."""
