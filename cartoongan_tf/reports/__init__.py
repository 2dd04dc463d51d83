"""Reports on who draws how well: contestants, what they are judged by, the page."""
