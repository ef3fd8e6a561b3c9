"""What `manage.py bench` measures: each module has `run(**options)`, which gives figures as plain JSON values."""
