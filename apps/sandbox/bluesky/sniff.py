"""What an uploaded file really is, judged by its first bytes and never by the header it came with."""

import io

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"WEBVTT", "text/vtt"),
)
_PNG_END = b"IEND\xaeB`\x82"


class BrokenImage(ValueError):
    """The file begins as an image and cannot be read to its end."""


def sniffed_type(content: bytes) -> str | None:
    """The MIME type the content shows, or None when nothing is recognised."""
    for offset, signature, mime_type in _SIGNATURES:
        if content[offset : offset + len(signature)] == signature:
            return mime_type
    return None


def require_whole_image(content: bytes) -> None:
    """Read every pixel; BrokenImage when the file ends too early or is damaged."""
    from PIL import Image, UnidentifiedImageError  # here, because it would double the time of a start

    # Pillow forgives a PNG that lacks its last few bytes; the real server does not.
    if sniffed_type(content) == "image/png" and _PNG_END not in content:
        raise BrokenImage("the PNG has no end")
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenImage(str(error)) from error
