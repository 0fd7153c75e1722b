"""Results in words: captions, claims, the terminal."""
