"""What a search server needs before documents come: templates and retention, planned from data, installed on request.

The streams come as data. Nothing here knows consoles, settings or the command line.
"""
