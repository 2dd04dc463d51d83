"""Styles over HTTP: a server, and clients of it and of TensorFlow Serving."""
