"""The reasons of steps, in words."""

_WORDS = {
    "entered": "Entered the journey",
    "held_out": "Held out of the journey, for comparison",
    "waited": "Waited",
    "message_planned": "A message was planned",
    "condition_met": "The condition was met",
    "condition_not_met": "The condition was not met",
    "event_arrived": "What was awaited happened",
    "timed_out": "What was awaited did not happen in time",
    "no_branch_matched": "No branch matched",
    "event_emitted": "An event was recorded",
    "goal_reached": "Reached the goal and left",
    "exit_met": "Left by an exit rule",
}


def say_reason(reason: str) -> str:
    """Say why a step was taken; a reason without words of its own is the name of a branch."""
    return _WORDS.get(reason, f"Took the branch “{reason}”")
