"""The explorer, one page that shows a whole study: what it holds and how it is put together."""
