"""Pixels and picture files: read, written, resized, laid out, recoloured."""
