"""One file from each resting place to the next: load, decide, store."""
