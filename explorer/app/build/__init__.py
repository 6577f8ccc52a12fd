"""The Build panel and what only it needs."""
