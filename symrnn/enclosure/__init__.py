"""Slope bounds that hold over the whole real line, by ball arithmetic."""

from symrnn.enclosure.certificate import BOUNDED, UNBOUNDED, UNDECIDED, Certificate, certify

__all__ = ["BOUNDED", "UNBOUNDED", "UNDECIDED", "Certificate", "certify"]
