"""Simulated minutes of more work than platforms allow: Postroom's adapters and governor against the real sandbox."""
