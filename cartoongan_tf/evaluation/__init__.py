"""How good pictures are: against a style, and against another network's."""
