"""Networks as ordinary PyTorch, and K replicas of one as a single network."""
