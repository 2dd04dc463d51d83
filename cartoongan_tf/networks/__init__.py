"""Layers and networks, in Keras alone, so that they run under its other backends."""
