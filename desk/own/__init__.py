"""What a citizen reads about the own programmes (L5)."""
