"""The words that every module here needs."""

from __future__ import annotations

NAME = "google_business"
