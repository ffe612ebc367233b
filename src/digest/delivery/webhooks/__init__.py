"""What mail services post to us: proof that it is theirs, and what it says of our mails."""
