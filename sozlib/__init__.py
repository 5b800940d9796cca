"""sozlib: from the tables of a municipality to its social report in HTML and PDF."""

from importlib.metadata import version

__version__ = version("sozlib")
