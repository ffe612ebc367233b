"""Prefect lives here and nowhere else: names, schedules, retries, concurrency; no rules."""
