"""Does the simulated Azure serve clients that know nothing of it? The real az only in `make test-clients`."""
