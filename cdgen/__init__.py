"""cdgen: the paved road from a commit to production."""

__version__ = "0.1.0"
