"""The HTTP client of Elasticsearch and OpenSearch: nodes, TLS, login, time-outs and errors."""
