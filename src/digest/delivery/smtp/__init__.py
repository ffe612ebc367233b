"""The client's side of SMTP as values: octets in, octets and outcomes out; no socket, no clock."""
