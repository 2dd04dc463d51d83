"""A photo through a network: styles, runtimes, the Cartoonizer, its results."""
