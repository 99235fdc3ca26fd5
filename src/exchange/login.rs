//! Getting a user's token: authorization code with PKCE (RFC 6749 §4.1, RFC 7636, RFC 8252).
