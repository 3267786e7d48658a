"""Frozen versions, and the book on paper."""
