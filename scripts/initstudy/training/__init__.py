"""Training K replicas of a network at once, and recording what happens inside."""
