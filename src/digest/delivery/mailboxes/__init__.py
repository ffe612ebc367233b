"""Mailboxes that bounces, complaints and wishes to leave come to."""
