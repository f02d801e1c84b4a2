"""A small client for tests and measurements: contracts by name, over the in-process EVM or the local node."""
