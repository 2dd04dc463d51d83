"""Films to pictures that are fit to learn from."""
