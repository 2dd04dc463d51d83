"""The built-in sample set: photo-like pictures and cartoons, drawn by rule."""
