"""What every adapter promises, tested once for all of them. Adding one is a bench in benches.py."""
