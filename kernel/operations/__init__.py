"""The state of the installation, read for /readyz, /metrics and the operations page."""
