"""Market prices of many senders, one thin file for each format, all of one shape as for meter files."""
