"""How each kind of picture file is told and read: decoders, profiles, metadata."""
