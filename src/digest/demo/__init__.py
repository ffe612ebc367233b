"""The demo: one invented week of launches, a loopback site that serves it, a loopback mailbox."""
