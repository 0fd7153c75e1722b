"""A study: from what people write to the cells of its experiments."""
