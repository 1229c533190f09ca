"""A lecture as a document, and its backends: LaTeX, HTML, figures, algorithms."""
