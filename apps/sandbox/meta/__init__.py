"""What Meta's platforms have in common on their side of the wire."""
