"""A running trial is taken over: what its file may say, and what must hold for it to count."""
