"""The reasons of steps, in words."""

from campaigns.extension_points import journey_node_types

REFUSALS = {
    "been_here": "had been in it before",
    "inside": "were in it already",
    "max_entries": "had entered as often as the entry allows",
    "too_soon": "came again too soon",
    "too_many": "were in it as often at once as the entry allows",
    "no_key": "came by an event without the key",
    "too_old": "came by an event that is too old",
    "going_round": "had entered fifty times within the hour",
}
"""Why people are not let in. The order is that of the tallies: add at the end only."""

REFUSED = {
    "been_here": "They had been in it before, and it lets nobody in twice.",
    "inside": "They were in it already.",
    "max_entries": "They had entered as often as the entry allows.",
    "too_soon": "They came again before the least time between two entries was over.",
    "too_many": "They were in it as often at once as the entry allows.",
    "no_key": "The event lacked the property that is the key.",
    "too_old": "The event was older than the entry allows.",
    "going_round": "They had entered fifty times within the hour: journeys may start each other in a circle.",
}
"""The same about one person, in a sentence."""

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
    "no_outcome": "Nothing became of the message in time",
    "message_sent": "The message was sent",
    "message_deferred": "The message was put off",
    "message_capped": "The message was held back by a frequency cap",
    "message_no_consent": "The message was held back without consent",
    "message_no_address": "The message had no address to go to",
    "message_suppressed": "The message was held back: the address is suppressed",
    "message_failed": "The message failed",
    "message_held_out": "The message was held out, for comparison",
    "message_opened": "The message was opened",
    "message_clicked": "A link of the message was clicked",
    "throttled": "Waited for a place in the line",
    "date_missing": "Has no such date, or it is past",
    "goes_again": "Goes round once more",
    "been_enough": "Was here as often as the loop allows",
    "channel_preferred": "Took the channel they prefer",
    "channel_reaches": "Took the first channel that reaches them",
    "no_channel": "No channel reaches them",
    "traits_set": "Attributes were set",
    "call_answered": "The server answered",
    "call_failed": "The server did not answer as it should",
    "call_skipped": "The call was given up by staff",
    "event_emitted": "An event was recorded",
    "journey_ended": "The journey was ended for everybody inside",
    "overdue_at_resuming": "Taken out: their time had passed while the journey was paused",
    "taken_out": "Taken out by staff",
    "sent_on": "Sent on by staff, before the time was over",
    "moved_by_staff": "Moved to another step by staff",
    "moved_to_version": "Moved to a newer version by staff",
    "goal_reached": "Reached the goal and left",
    "exit_met": "Left by an exit rule",
}


def say_reason(reason: str) -> str:
    """Say why a step was taken; a reason without words of its own is the name of a branch."""
    plugged = (kind.reasons.get(reason) for _, kind in journey_node_types.items())
    return _WORDS.get(reason) or next(filter(None, plugged), f"Took the branch “{reason}”")
