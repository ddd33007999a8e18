"""The web page over the local store: lists, stories, hosts, collection and response actions; and its JSON API."""
