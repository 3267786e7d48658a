"""What the project reads: tables, their upstream files, and what names the book."""
