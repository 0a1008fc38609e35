"""The real SDK clients against the simulated Azure."""
