"""An authorization server of idpyoidc, and as much HTTP around it as it needs.

    idp.py PORT

CLIENTS is a JSON object of client ids with what the library is to know of each. Tokens, client
authentication, policy and error codes are the library's; statuses are those of its own example.
"""

import json
import os
import sys

from flask import Flask, make_response, redirect, request
from idpyoidc.message.oauth2 import ResponseMessage
from idpyoidc.message.oidc import AccessTokenRequest
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.exception import ClientAuthenticationError

ISSUER = f"http://127.0.0.1:{sys.argv[1]}"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
METHODS = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"]
KEYS = [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]
WRAPPING = {
    "kwargs": {
        "keys": {
            "key_defs": [
                {"type": "OCT", "use": ["enc"], "kid": "password"},
                {"type": "OCT", "use": ["enc"], "kid": "salt"},
            ]
        },
        "iterations": 1,
    }
}


def endpoint(path, name, **kwargs):
    return {"path": path, "class": f"idpyoidc.server.{name}", "kwargs": kwargs}


def grant(name):
    return {"class": f"idpyoidc.server.{name}"}


def token(lifetime):
    return {
        "class": "idpyoidc.server.token.jwt_token.JWTToken",
        "kwargs": {"lifetime": lifetime, "add_claims_by_scope": False},
    }


# What each kind of token may be exchanged for, besides what the policy of a client says.
MINTING = ["access_token", "refresh_token", "id_token"]
USAGE = {
    "authorization_code": {"supports_minting": MINTING, "max_usage": 1},
    "access_token": {"supports_minting": MINTING, "expires_in": 600},
    "refresh_token": {"supports_minting": MINTING, "expires_in": 3600},
}

CONFIGURATION = {
    "issuer": ISSUER,
    "httpc_params": {"verify": True, "timeout": 1},
    "key_conf": {"uri_path": "jwks.json", "key_defs": KEYS},
    "preference": {"subject_types_supported": ["public"]},
    "endpoint": {
        "provider_config": endpoint(
            ".well-known/openid-configuration", "oidc.provider_config.ProviderConfiguration"
        ),
        "authorization": endpoint("authorization", "oidc.authorization.Authorization"),
        "token": endpoint(
            "token",
            "oidc.token.Token",
            client_authn_method=METHODS,
            grant_types_helpers={
                "authorization_code": grant("oidc.token_helper.access_token.AccessTokenHelper"),
                "refresh_token": grant("oidc.token_helper.refresh_token.RefreshTokenHelper"),
                "client_credentials": grant(
                    "oauth2.token_helper.client_credentials.ClientCredentials"
                ),
                EXCHANGE: grant("oidc.token_helper.token_exchange.TokenExchangeHelper"),
            },
        ),
        "introspection": endpoint(
            "introspection",
            "oauth2.introspection.Introspection",
            client_authn_method=METHODS,
            enforce_audience_restriction=False,
        ),
        "token_revocation": endpoint(
            "revocation", "oauth2.token_revocation.TokenRevocation", client_authn_method=METHODS
        ),
    },
    "add_ons": {
        "pkce": {
            "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
            "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
        }
    },
    "authentication": {
        "anonymous": {
            "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword",
            "class": "idpyoidc.server.user_authn.user.NoAuthn",
            "kwargs": {"user": "alice"},
        }
    },
    "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {"alice": {}}}},
    "authz": {
        "class": "idpyoidc.server.authz.AuthzHandling",
        "kwargs": {"grant_config": {"usage_rules": USAGE, "expires_in": 43200}},
    },
    "token_handler_args": {
        "key_conf": {"key_defs": KEYS},
        "code": {"lifetime": 600, "kwargs": {"crypt_conf": WRAPPING}},
        "token": token(3600),
        "refresh": token(3600),
        "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
    },
    "session_params": {"encrypter": WRAPPING},
}

server = Server(OPConfiguration(conf=CONFIGURATION, base_path=os.getcwd()), cwd=os.getcwd())
for name, client in json.loads(os.environ["CLIENTS"]).items():
    keys = client.pop("jwks", None)
    client["redirect_uris"] = [(uri, {}) for uri in client["redirect_uris"]]
    server.context.cdb[name] = client
    server.keyjar.add_symmetric(name, client["client_secret"])
    if keys:
        server.keyjar.import_jwks(keys, name)

app = Flask(__name__)


def refused(message, status=400):
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Basic"
    return make_response(message.to_json(), status, headers)


def answer(name):
    """What the library answers at one of its endpoints."""
    at = server.get_endpoint(name)
    http = {
        "headers": {key.lower(): value for key, value in request.headers.items()},
        "method": request.method,
        "url": request.url,
    }
    sent = request.args.to_dict() if request.method == "GET" else request.get_data(as_text=True)
    try:
        parsed = at.parse_request(sent, http_info=http)
    except ClientAuthenticationError as error:
        return refused(ResponseMessage(error="invalid_client", error_description=str(error)), 401)
    if isinstance(parsed, ResponseMessage) and "error" in parsed:
        return refused(parsed)
    if name == "token":
        parsed = AccessTokenRequest(**parsed) if "code" in parsed else parsed
    said = at.process_request(parsed, http_info=http)
    if isinstance(said, ResponseMessage) and "error" in said:
        return refused(said)
    if "redirect_location" in said:
        return redirect(said["redirect_location"])
    info = at.do_response(request=parsed, **said)
    if info.get("response_placement", at.response_placement) == "url":
        return redirect(info["response"])
    response = make_response(info["response"], info.get("response_code", 200))
    response.headers.update(dict(info["http_headers"]))
    return response


app.add_url_rule("/jwks.json", "keys", lambda: server.keyjar.export_jwks())
for path, name, method in [
    (".well-known/openid-configuration", "provider_config", "GET"),
    ("authorization", "authorization", "GET"),
    ("token", "token", "POST"),
    ("introspection", "introspection", "POST"),
    ("revocation", "token_revocation", "POST"),
]:
    app.add_url_rule(f"/{path}", name, lambda name=name: answer(name), methods=[method])

app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=False)
