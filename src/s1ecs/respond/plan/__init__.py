"""Planning an action: hosts and targets looked up, arguments checked, the request built. Nothing is sent."""
