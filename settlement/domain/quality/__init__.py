"""Is what meters say complete and possible? Checks, quarantine and named estimates, as pure values."""
