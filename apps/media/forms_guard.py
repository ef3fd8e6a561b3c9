"""Files in an ordinary form: streamed to the disk, for members alone, and no more of them than may be.

Django reads a form as soon as its CSRF token is wanted, which is before any view has looked at who is asking. So the
question is put here, before the first byte of a file is written down.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Names, boundaries and the other fields of a form with many files.
AROUND: Final = 1024 * 1024


class GuardedUpload(FileUploadHandler):
    """Stands first in the row; what it lets through, the next ones keep in memory (small) or write to a file."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.MEDIA_MAX_UPLOAD_BYTES + AROUND:
            raise RequestDataTooBig("The form holds more than MEDIA_MAX_UPLOAD_BYTES.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise PermissionDenied("Sign in before you send files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
