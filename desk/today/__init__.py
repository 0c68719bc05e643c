"""Today, the start page of each role (experience 9)."""
