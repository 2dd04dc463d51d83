"""Other machines that draw: what they are sent, and what they answer."""
