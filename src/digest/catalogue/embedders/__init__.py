"""Turn texts into vectors: by a server that is asked, or by a model on this machine."""
