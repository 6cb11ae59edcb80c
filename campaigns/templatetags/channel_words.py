"""Channels in templates, by the names that people know: `{{ row.channel|channel_words }}`."""

from django import template

from campaigns.channels.words import channel_label

register = template.Library()
register.filter("channel_words", channel_label)
