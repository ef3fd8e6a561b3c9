"""Postroom on one machine: which processes it has, who looks after them, and what they need from each other."""
