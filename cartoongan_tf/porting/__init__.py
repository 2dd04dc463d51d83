"""Published weights of others, read into our networks: one file per origin."""
