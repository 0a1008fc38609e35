"""The deterministic simulation: the real operator, several instances of it, a storm, and laws that hold all the time.

docs/simulation.md says what is simulated and how to replay a run; `python -m tests.simulation --help` runs it.
"""
