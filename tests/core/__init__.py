"""The decisions, in tables: frozen facts in, verdicts out."""
