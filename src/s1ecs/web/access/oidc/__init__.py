"""Login at an OpenID Connect provider: authorization code flow with PKCE."""
