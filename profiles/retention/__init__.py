"""How long touchpoints of one event or source are kept, where that is less than for all."""
