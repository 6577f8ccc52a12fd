"""The Write page of the Predict panel: a network writes, and says how much a text surprises it."""
