"""Finding a case or words in its texts (experience 10)."""
