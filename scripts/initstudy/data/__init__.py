"""From any source of labelled images to the one prepared file that the rest of the study reads."""
