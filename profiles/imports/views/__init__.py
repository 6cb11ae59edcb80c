"""Pages of uploads and pulls."""
