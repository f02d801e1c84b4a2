"""The community's accounts: double entry in whole micro-euro, pure."""
