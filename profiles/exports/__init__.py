"""Files of people and touchpoints, made in the background and kept for a week."""
