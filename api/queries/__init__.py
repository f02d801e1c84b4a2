"""Read models that only the HTTP edge needs, composed from the domain's own functions."""
