"""Everything of Pulley's surroundings on one machine; never deployed."""
