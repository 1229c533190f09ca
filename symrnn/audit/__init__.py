"""Documents judged: which relations about derivatives hold, which do not, and what was meant."""
