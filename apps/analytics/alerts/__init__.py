"""What is worth a word in a row of figures: pure reckoning, without rows, clock or mail."""
