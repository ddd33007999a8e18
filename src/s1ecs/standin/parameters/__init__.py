"""The query parameters of each path, with their types, ranges and values, after the API's own description."""
