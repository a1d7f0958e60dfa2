"""Messages on their way out, whatever the channel."""
