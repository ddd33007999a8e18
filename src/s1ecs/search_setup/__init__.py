"""Setup of search servers before documents arrive: templates and retention, planned from data, installed on request.

The streams come as data. Nothing here knows consoles, settings or the command line.
"""
