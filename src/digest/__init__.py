"""Weekly AI Tool Verdicts: from launch pages on the web to an approved issue in mailboxes."""

from importlib.metadata import version

__version__ = version("digest")
