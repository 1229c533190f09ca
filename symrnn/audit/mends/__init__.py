"""Slips undone in the author's own LaTeX."""
