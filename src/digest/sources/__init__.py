"""From a web page to launches: fetch, keep, parse, and notice when a source stops telling the truth."""
