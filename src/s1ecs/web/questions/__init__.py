"""Questions to the store that pages and the JSON API ask: named, parameterised SQL and what it returns."""
