"""Stories: flows over the simulated Azure and real storage."""
