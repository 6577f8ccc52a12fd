"""The arithmetic behind every number, step by step. NumPy and arch; no torch, no Qt."""
