"""Build the book: run what changed, and put the new site in its place."""

import sys

from dispersed_autonomy.build.book import build_book

if __name__ == "__main__":
    sys.exit(build_book())
