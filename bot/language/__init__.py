"""Words, digits and dates: what people type, and what they read."""
