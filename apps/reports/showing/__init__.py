"""A frozen report as it is shown: everything in words, in the report's own language, for templates that only write it
down. Nothing is looked up here; whatever is not in the data cannot be shown."""
