"""The parts of experiment.py, which asks whether rewiring helps."""
