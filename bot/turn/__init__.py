"""One turn, and what falls due: everything that is decided and written in one transaction."""
