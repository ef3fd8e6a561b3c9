"""What the library does when somebody presses a button, and the files themselves. Its pages are the dashboard's."""
