"""From reviewed tools to an approved issue: which two meet, the answer, and who released it."""
