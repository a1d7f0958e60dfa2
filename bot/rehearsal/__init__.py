"""The trial rehearsed: people who are not real, and a clock that is moved."""
