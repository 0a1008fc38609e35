"""Does the history stay true when the Functions host is killed again and again? `make crashes KILLS=50 [SEED=n]`.

story: pushes and kills -9 of the host, seeded, each with another host in its place
history: what the tables, the admin API and the simulated Azure say in the end ─► checks: what must be true of it
"""
