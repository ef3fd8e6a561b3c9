"""An origin for files alone: under MEDIA_ORIGIN nothing is answered but signed addresses of files.

The session's cookie belongs to the host of the pages and is never sent here, so that whatever a stored file might make
a browser do, it does as nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

FILES: Final = "/media/files/"


class MediaOriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_for_files_alone(request) and not request.path.startswith(FILES):
            return HttpResponse("Not found", status=404, content_type="text/plain")
        return self.get_response(request)


def is_for_files_alone(request: HttpRequest) -> bool:
    """Whether the request came in by MEDIA_ORIGIN, where that is another place than that of the pages."""
    own, pages = urlsplit(settings.MEDIA_ORIGIN).netloc, urlsplit(settings.PUBLIC_URL).netloc
    return bool(own) and own != pages and request.get_host() == own
