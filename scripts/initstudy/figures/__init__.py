"""Figures: what all share, in `kinds` a file a kind, in `pages` those of a whole study."""
