"""Documents for people, drawn from canonical ones."""
