"""Does the simulated Azure serve clients that know nothing of it? `make test-clients`; never part of `make test`."""
