"""Finding, creating and merging people by their identifiers."""
