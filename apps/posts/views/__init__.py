"""The pages on which a workspace keeps its labels, campaigns and templates."""
