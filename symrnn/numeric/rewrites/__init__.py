"""Rewrites of derived expressions before they are lowered: equal in value, cheaper to run."""
