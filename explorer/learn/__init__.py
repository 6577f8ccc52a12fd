"""Data, modules, training, runs and prediction. Empty on purpose: importing a part of it imports no torch."""
