"""What a run is asked for: values with their flags and limits; no TensorFlow."""
