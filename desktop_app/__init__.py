"""Lectern: ranked answers from the documents on this computer, offline."""

__version__ = "0.1.0"
