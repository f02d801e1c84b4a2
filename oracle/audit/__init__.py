"""The auditor's program: it recomputes an evidence pack from scratch.

It knows the standard library and nothing else, least of all the engine: what both agree on was computed
twice, by two programs that were written from the same page (the case format) and share no line.
"""
