class CannotStart(Exception):
    """Postroom cannot start here; the words are a sentence for the person at the terminal."""
