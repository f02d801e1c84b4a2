"""Request and response models: the wire, apart from domain dataclasses and tables."""
