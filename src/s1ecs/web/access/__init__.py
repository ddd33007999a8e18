"""Access to the page: login, users, roles, sessions, and checks of every request."""
