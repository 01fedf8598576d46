"""Where an upload lies while it arrives: a folder of the instance's own, which is tidied. A full one is said in words."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.temp import NamedTemporaryFile
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

FOLDER = "arriving"
LEFTOVER_SECONDS = 6 * 60 * 60  # no upload takes longer


def folder() -> Path:
    """The folder, made when it is first needed."""
    place = Path(settings.DATA_DIR) / FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


class ArrivingFile(TemporaryUploadedFile):
    """One of Django's temporary files, in our folder."""

    def __init__(self, name: str | None, content_type: str | None, size: int, charset: str | None, extra: Any = None) -> None:
        written = NamedTemporaryFile(suffix=".upload", dir=folder())
        UploadedFile.__init__(self, written, name, content_type, size, charset, extra)


class UploadHandler(TemporaryFileUploadHandler):
    """Django's handler for what is too large for the memory, writing into our folder."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = ArrivingFile(self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        try:
            self.file.write(raw_data)
        except OSError:
            # What has arrived goes at once: it is what fills the disk. Writing out the rest of it fails once more.
            with suppress(OSError):
                self.file.close()
            raise
        return None

    def file_complete(self, file_size: int) -> Any:
        try:
            return super().file_complete(file_size)  # which writes out the rest
        except OSError:
            with suppress(OSError):
                self.file.close()
            raise


def tidy() -> int:
    """Remove what processes that were killed have left there; return how many files. Each machine tidies its own."""
    removed, at = 0, time.time()
    for path in folder().glob("*"):
        with suppress(FileNotFoundError):
            age = at - path.stat().st_mtime
            if age > LEFTOVER_SECONDS or age < -LEFTOVER_SECONDS:  # from before the clock was put back
                path.unlink()
                removed += 1
    return removed
