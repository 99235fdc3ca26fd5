"""Authlib, a client that others wrote, at the studio's own authority.

    with_authlib.py ISSUER WITH_SECRET WITH_KEY TARGET STRANGER

The ids of four clients: one with the secret SECRET, one with the private key KEY (PEM), whom both may
exchange for, and one that they may not. Ends with a failure at the first thing that is not as it
should be.
"""

import os
import sys
import time
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER, WITH_SECRET, WITH_KEY, TARGET, STRANGER = sys.argv[1:]
SECRET = os.environ["SECRET"]
KEY = ECKey.import_key(os.environ["KEY"])
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
REDIRECT = "http://127.0.0.1:1/callback"

plain = requests.Session()
plain.trust_env = False


def get_json(url):
    answer = plain.get(url, timeout=30)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.json()


METADATA = AuthorizationServerMetadata(get_json(get_well_known_url(ISSUER, external=True)))
TOKEN = METADATA["token_endpoint"]
KEYS = KeySet.import_key_set(get_json(METADATA["jwks_uri"]))


def short(kind):
    """Authlib's assertions live for an hour, which the authority finds too long."""

    class Short(kind):
        def sign(self, auth, token_endpoint):
            self.claims = {"exp": int(time.time()) + 60}
            return super().sign(auth, token_endpoint)

    return Short


WITH_ASSERTION = {
    "client_secret_jwt": short(ClientSecretJWT),
    "private_key_jwt": short(PrivateKeyJWT),
}


def session(client, credential, method, algorithm=None, audience=None, **more):
    made = OAuth2Session(
        client,
        credential,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        **more,
    )
    made.trust_env = False
    if method in WITH_ASSERTION:
        made.register_client_auth_method(WITH_ASSERTION[method](audience, alg=algorithm))
    return made


def verified(token, audience):
    """The claims of an access token that its receiver would take (RFC 9068 §4)."""
    read = jwt.decode(token, KEYS, algorithms=["RS256"])
    assert read.header["typ"] == "at+jwt", read.header
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        jti={"essential": True},
        client_id={"essential": True},
    )
    registry.validate(read.claims)
    return read.claims


def refused(attempt, expected):
    try:
        attempt()
    except AuthlibBaseError as error:
        assert error.error == expected, (expected, error)
    else:
        raise AssertionError(f"not refused: {expected}")


def exchange(client, subject, target=TARGET, **more):
    return client.fetch_token(
        TOKEN,
        grant_type=EXCHANGE,
        subject_token=subject,
        subject_token_type=ACCESS_TOKEN,
        audience=target,
        **more,
    )


def sign_in(client, user):
    url, state = client.create_authorization_url(
        METADATA["authorization_endpoint"],
        code_verifier=VERIFIER,
        prompt="none",
        login_hint=user,
        nonce="a-nonce",
    )
    answer = plain.get(url, allow_redirects=False, timeout=30)
    back = answer.headers["Location"]
    assert parse_qs(urlsplit(back).query)["iss"] == [ISSUER], back
    # Authlib compares the state.
    return client.fetch_token(
        TOKEN, authorization_response=back, state=state, code_verifier=VERIFIER
    )


VERIFIER = "a-verifier-that-is-as-long-as-it-has-to-be-0123456789"
PKCE = {"scope": "openid read write", "redirect_uri": REDIRECT, "code_challenge_method": "S256"}


def metadata():
    METADATA.validate()
    assert METADATA["issuer"] == ISSUER
    assert EXCHANGE in METADATA["grant_types_supported"]
    for place in ["openid-configuration", "oauth-authorization-server"]:
        assert get_json(f"{ISSUER}/.well-known/{place}") == dict(METADATA)


def each_way_to_authenticate():
    ways = [
        (WITH_SECRET, SECRET, "client_secret_basic", None),
        (WITH_SECRET, SECRET, "client_secret_post", None),
        (WITH_SECRET, SECRET, "client_secret_jwt", "HS256"),
        (WITH_KEY, KEY, "private_key_jwt", "ES256"),
    ]
    for client, credential, method, algorithm in ways:
        assert method in METADATA["token_endpoint_auth_methods_supported"], method
        # Authlib means an assertion for the token endpoint, unless it is told otherwise.
        for audience in [None, ISSUER] if algorithm else [None]:
            own = session(client, credential, method, algorithm, audience, **PKCE)
            token = own.fetch_token(TOKEN, grant_type="client_credentials")
            assert token["token_type"] == "Bearer"
            claims = verified(token["access_token"], client)
            assert claims["sub"] == claims["client_id"] == client, claims
            issued = exchange(own, sign_in(own, "bob")["access_token"])
            assert issued["issued_token_type"] == ACCESS_TOKEN, issued
            claims = verified(issued["access_token"], TARGET)
            assert (claims["sub"], claims["client_id"]) == ("bob", client), claims
    stranger = ECKey.generate_key("P-256")
    for client, credential, method, algorithm in [
        (WITH_SECRET, "another secret", "client_secret_basic", None),
        (WITH_SECRET, "another secret", "client_secret_post", None),
        (WITH_SECRET, "another secret that is long enough", "client_secret_jwt", "HS256"),
        (WITH_KEY, stranger, "private_key_jwt", "ES256"),
        (WITH_SECRET, None, "none", None),
    ]:
        own = session(client, credential, method, algorithm)
        refused(lambda: own.fetch_token(TOKEN, grant_type="client_credentials"), "invalid_client")


def a_user_signs_in_and_a_token_is_exchanged():
    portal = session(WITH_SECRET, SECRET, "client_secret_basic", **PKCE)
    token = sign_in(portal, "alice")
    claims = verified(token["access_token"], WITH_SECRET)
    assert (claims["sub"], claims["client_id"]) == ("alice", WITH_SECRET), claims
    id_token = jwt.decode(token["id_token"], KEYS, algorithms=["RS256"])
    assert id_token.claims["aud"] == WITH_SECRET and id_token.claims["nonce"] == "a-nonce"

    issued = exchange(portal, token["access_token"], scope="read")
    claims = verified(issued["access_token"], TARGET)
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("alice", WITH_SECRET, "read")
    assert issued["token_type"] == "Bearer" and issued["expires_in"] > 0, issued
    assert "refresh_token" not in issued

    subject = token["access_token"]
    refused(lambda: exchange(portal, subject, STRANGER), "invalid_target")
    refused(lambda: exchange(portal, subject, "nobody"), "invalid_target")
    refused(lambda: exchange(portal, subject, scope="read admin"), "invalid_scope")
    refused(lambda: exchange(portal, subject + "x"), "invalid_request")
    refused(lambda: exchange(portal, token["id_token"]), "invalid_request")
    refused(
        lambda: portal.fetch_token(
            TOKEN, grant_type=EXCHANGE, subject_token=subject, audience=TARGET
        ),
        "invalid_request",
    )
    return portal, subject, issued["access_token"]


def tokens_are_looked_up_and_revoked(portal, subject, issued):
    def active(token):
        answer = portal.introspect_token(METADATA["introspection_endpoint"], token=token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    said = active(issued)
    claims = verified(issued, TARGET)
    assert said["active"] is True
    for name in ["iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti"]:
        assert said[name] == claims[name], name
    revocation = METADATA["revocation_endpoint"]
    assert portal.revoke_token(revocation, token="nobody's").status_code == 200
    assert portal.revoke_token(revocation, token=subject).status_code == 200
    assert active(subject) == {"active": False}
    refused(lambda: exchange(portal, subject), "invalid_request")


metadata()
each_way_to_authenticate()
tokens_are_looked_up_and_revoked(*a_user_signs_in_and_a_token_is_exchanged())
print("all as it should be")
