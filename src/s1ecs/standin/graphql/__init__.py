"""The part of GraphQL that the console's unified alerts are asked with: reading, checking and answering a query."""
