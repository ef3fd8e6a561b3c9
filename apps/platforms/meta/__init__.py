"""What Meta's platforms share: the Graph API's errors, signatures, webhooks, limits and versions.

Not an adapter: the adapters of Meta's platforms lean on it, and know nothing of each other."""
