"""Threads: containers that Meta fills from public addresses, then one call that publishes."""

from apps.platforms.adapters.threads.adapter import ThreadsAdapter

__all__ = ["ThreadsAdapter"]
