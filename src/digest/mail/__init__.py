"""From an issue to bytes ready to send."""
