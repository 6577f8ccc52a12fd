"""Neural Net Explorer: see how neural networks work."""

__version__ = "0.1.0"
