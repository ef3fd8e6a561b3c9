"""Figures that people bring along from before: how their files are read, without rows, clock or tenants."""
