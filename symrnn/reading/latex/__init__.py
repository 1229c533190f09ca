"""Formulas in LaTeX: tokens, trees, chains of relations, objects of the language."""
