"""The life of a person's request about their data."""

from django.db import models


class RequestState(models.TextChoices):
    RECEIVED = "received", "Received"
    WORKING = "working", "Being carried out"
    DONE = "done", "Done"
