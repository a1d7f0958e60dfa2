"""A running trial is taken over from a file: checked whole, and stored whole or not at all."""
