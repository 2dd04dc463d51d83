"""One generator for every runtime, and the proof that they agree."""
