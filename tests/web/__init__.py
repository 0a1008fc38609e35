"""The admin API and the events endpoint, without the host."""
