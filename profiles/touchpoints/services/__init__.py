"""Taking events in: accept them durably, then store them exactly once for the right person."""
