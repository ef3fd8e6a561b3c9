"""What a file is, and the lives of uploads and renditions."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    IMAGE = "image", "Picture"
    VIDEO = "video", "Video"
    DOCUMENT = "document", "Document"


class UploadState(models.TextChoices):
    """receiving -> received -> probing -> done | refused; a person or the clock may end it before: aborted, expired."""

    RECEIVING = "receiving", "Arriving"
    RECEIVED = "received", "Arrived"
    PROBING = "probing", "Being looked at"
    DONE = "done", "In the library"
    REFUSED = "refused", "Refused"
    ABORTED = "aborted", "Given up"
    EXPIRED = "expired", "Expired"


UPLOAD_OPEN = frozenset({UploadState.RECEIVING, UploadState.RECEIVED, UploadState.PROBING})


class RenditionState(models.TextChoices):
    """queued -> making -> ready | failed; what nobody wants any more is canceled, and may be queued again."""

    QUEUED = "queued", "Waiting"
    MAKING = "making", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Not needed"


RENDITION_OPEN = frozenset({RenditionState.QUEUED, RenditionState.MAKING})
