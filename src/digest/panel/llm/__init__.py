"""The model panel: the same four reviewers asked of a language model, every word of it checked."""
