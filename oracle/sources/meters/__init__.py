"""Meter files of many senders, one thin file for each format, all of one shape.

`detect(content)` gives None for a file of the format, else the reason why it is none; `read(content,
options)` gives a MeterFile: registers with UTC starts and whole Wh, and every finding with its line.
"""
