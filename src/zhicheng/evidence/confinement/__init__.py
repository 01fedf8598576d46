"""Handling hostile files where they can do no harm: one short-lived process per file, with limits the kernel keeps."""

TAKEN = b"+"
"""What a cell says first: it has the request. Whatever goes wrong after that is the file's doing."""


AT_LEAST = 5
"""Seconds by the clock for every file, however little of the processor it may take."""


def wall_seconds(cpu_seconds: int) -> int:
    """Seconds by the clock for a file that may take ``cpu_seconds``: on a busy machine an honest file waits for its turns."""
    return 3 * cpu_seconds + AT_LEAST
