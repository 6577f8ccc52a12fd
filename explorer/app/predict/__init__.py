"""The Predict panel and what only it needs."""
