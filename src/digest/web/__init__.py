"""The public pages: comparisons, tools, archive, sign-up, leaving, voting."""
