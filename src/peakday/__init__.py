"""What is this package? The merchant side of a very large sale day; docs/architecture.md draws its rooms."""

__version__ = "0.1.0"
