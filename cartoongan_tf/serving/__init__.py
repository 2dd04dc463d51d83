"""Styles over HTTP: a server that draws without TensorFlow."""
