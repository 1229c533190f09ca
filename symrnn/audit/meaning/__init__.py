"""What a document means: its letters, definitions, shapes, and what its author says besides."""
