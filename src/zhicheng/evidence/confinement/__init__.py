"""Handling hostile files where they can do no harm: one short-lived process per file, with limits the kernel keeps."""
