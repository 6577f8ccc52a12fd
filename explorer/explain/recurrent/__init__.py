"""Recurrent cells over time: every gate with its operands, and gradients back through time."""
