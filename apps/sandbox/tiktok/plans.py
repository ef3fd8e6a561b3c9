"""How a file is announced in chunks. Whether a megabyte has 1000 or 1024 kilobytes is not said: `megabyte_bytes`."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST_MEGABYTES, MOST_MEGABYTES, MOST_CHUNKS = 5, 64, 1000


@dataclass(frozen=True, slots=True)
class Plan:
    size: int
    chunk_size: int
    chunks: int

    def wrong(self, megabyte: int) -> str:
        """What the rules have against it, if anything."""
        least, most = FEWEST_MEGABYTES * megabyte, MOST_MEGABYTES * megabyte
        if not 1 <= self.chunks <= MOST_CHUNKS:
            return f"total_chunk_count is between 1 and {MOST_CHUNKS}"
        if self.chunk_size > self.size:
            return "The chunk size is larger than the video"
        if self.size < least and self.chunk_size != self.size:
            return "A video of less than 5 MB is one chunk"
        if self.size >= least and not least <= self.chunk_size <= most:
            return "The chunk size is between 5 MB and 64 MB"
        if self.chunks != self.size // self.chunk_size:
            return "The total chunk count is the video size divided by the chunk size, rounded down"
        return ""

    def length_at(self, first: int) -> int:
        """How long the chunk is that begins at `first`: the last one takes the remainder along."""
        last_begins = (self.chunks - 1) * self.chunk_size
        return self.size - first if first >= last_begins else self.chunk_size
