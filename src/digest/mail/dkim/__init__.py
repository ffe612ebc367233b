"""Signatures that receivers can check (DKIM, RFC 6376): keys, signing, checking, records in DNS."""
