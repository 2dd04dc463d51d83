"""Keras models with a `train_step`, and the parts that they are made of."""
