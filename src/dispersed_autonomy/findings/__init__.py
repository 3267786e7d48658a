"""What was found: results, claims and their verdicts; executing and verifying the
notebooks.
"""
