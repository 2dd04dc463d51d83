"""Pictures on disk to batches of photo, cartoon and smooth."""
