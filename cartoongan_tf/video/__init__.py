"""Films drawn: frames out of a file, through a network, and into a file again."""
