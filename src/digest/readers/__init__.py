"""Subscribers, their consent, their signed links and their votes."""
