"""From HTML to PDF: what people see on a page is what they get on paper.

WeasyPrint sets the type with Pango, which is the system's and not a Python package. Postroom runs without it; only a
PDF cannot be made then, and `PrinterMissing` says what to install.
"""

from mimetypes import guess_type
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured

__all__ = ["PrinterMissing", "print_pages"]

# No address of anyone: what a document names without a host is looked up here.
_HOME = "https://document.invalid"


class PrinterMissing(ImproperlyConfigured):
    """Pango is not installed on this machine."""


def print_pages(html: str, *, pictures: dict[str, bytes] | None = None) -> bytes:
    """Give the PDF of a whole HTML document.

    Style sheets and pictures are named by `{% static %}`, by `picture:NAME` for one of `pictures`, or lie in a `data:`
    address. Nothing else is opened, neither the network nor a file: words of clients are part of what is printed.

    Raises `PrinterMissing` where the machine has no Pango.
    """
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise PrinterMissing(
            "PDFs cannot be made here: install Pango (on Debian and Ubuntu: apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0 libharfbuzz-subset0) and start Postroom again."
        ) from missing

    return HTML(string=html, base_url=f"{_HOME}/", url_fetcher=_shelf(pictures or {})).write_pdf()


def _shelf(pictures: dict[str, bytes]) -> Any:
    """Give the fetcher of what a printed document may refer to."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Shelf(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            body = pictures[url.removeprefix("picture:")] if url.startswith("picture:") else _static(url)
            kind = guess_type(url)[0]
            return URLFetcherResponse(url, body, {"Content-Type": kind} if kind else {})

    return Shelf(allowed_protocols=["data"])


def _static(address: str) -> bytes:
    home = _HOME + settings.STATIC_URL if settings.STATIC_URL.startswith("/") else settings.STATIC_URL
    if not address.startswith(home):
        raise ValueError(f"{address} is no part of a printed document.")
    name = address.removeprefix(home)
    if found := finders.find(name):
        with open(found, "rb") as file:
            return file.read()
    with staticfiles_storage.open(name) as collected:  # In production a name carries the digest of its file.
        return collected.read()
