"""A strict Telegram Bot API server in a process of its own: the outside world of the tests.

It refuses what the published description of the Bot API does not allow, and whatever part of it
is not played here, so that nothing passes by being ignored.
"""
