"""Handling hostile files where they can do no harm: one short-lived process per file, with limits the kernel keeps."""

TAKEN = b"+"
"""What a cell says first: it has the request. Whatever goes wrong after that is the file's doing."""
