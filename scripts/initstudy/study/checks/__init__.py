"""What is wrong with a study, found before any of its jobs starts."""
