"""The life of a person's request about their data."""

from django.db import models


class RequestState(models.TextChoices):
    RECEIVED = "received", "Received"
    WORKING = "working", "Being carried out"
    DONE = "done", "Done"


class ExportState(models.TextChoices):
    WAITING = "waiting", "Being prepared"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    ENDED = "ended", "No longer kept"


class ErasureState(models.TextChoices):
    ASKED = "asked", "Asked for"
    UNDONE = "undone", "Taken back"
    WORKING = "working", "Being carried out"
    DONE = "done", "Erased"
