"""The build: what has changed, what that makes due, and the site in one move."""
