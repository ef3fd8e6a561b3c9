"""What Google's platforms share: consent and tokens, the shape of errors, the day that quotas follow.

Not an adapter: the adapters of Google's platforms lean on it, and know nothing of each other."""
