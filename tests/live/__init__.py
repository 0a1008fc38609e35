"""`make live`, against the simulated Azure: the same code, only the endpoints differ."""
