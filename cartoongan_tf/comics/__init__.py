"""Comic pages to panels that are fit to learn from."""
