"""What is wrong with a query, as the GraphQL answer says it."""


class BadQuery(Exception):
    """A query, a variable or a value that the schema does not have; the text goes into `errors[].message`."""
