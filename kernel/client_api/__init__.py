"""The base of what end users call below `/client/v1/`: a signed token, scopes, CORS, a rate limit."""
