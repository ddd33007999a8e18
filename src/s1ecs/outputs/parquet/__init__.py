"""Parquet: typed columns of documents, with the whole document beside them."""
