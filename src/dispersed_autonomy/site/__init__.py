"""The static site: pages and what programs read."""
