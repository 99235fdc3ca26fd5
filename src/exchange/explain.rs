//! What a server's no means, and what to do about it.
//!
//! First the texts of servers that are known word by word, then the error codes of the standards.

/// The known text of a server, and what it means.
struct Known {
    /// Part of the description, or the code.
    text: &'static str,
    explanation: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        text: "Client is not within the token audience",
        explanation: "The subject token is not meant for the requester (Keycloak). Add an audience \
                      mapper for the requester to the client that gets the subject token, or \
                      exchange the requester's own token.",
    },
    Known {
        text: "Requested audience not available",
        explanation: "No scope of the requester leads to that audience (Keycloak). Give the \
                      requester the client scope that adds the audience, and do not ask for the \
                      requester's own id.",
    },
    Known {
        text: "Audience not found",
        explanation: "There is no client with that id (Keycloak). Check the spelling of the audience.",
    },
    Known {
        text: "Client disabled",
        explanation: "The target client is turned off (Keycloak). Enable it.",
    },
    Known {
        text: "Public client is not allowed to exchange token",
        explanation: "The requester is a public client (Keycloak). Make it confidential.",
    },
    Known {
        text: "Standard token exchange is not enabled",
        explanation: "Turn on “Standard token exchange” in the settings of the requester (Keycloak).",
    },
    Known {
        text: "supports access tokens only",
        explanation: "The server takes access tokens only (Keycloak). Send an access token and \
                      declare it as one.",
    },
    Known {
        text: "Missing consents for Token Exchange",
        explanation: "The user has not agreed to what the target asks for (Keycloak). Let the user \
                      sign in to the target once, or turn the consent off.",
    },
    Known {
        text: "Scope offline_access not allowed",
        explanation: "An exchange cannot ask for offline access (Keycloak). Leave out that scope.",
    },
    Known {
        text: "Invalid scopes:",
        explanation: "A scope is unknown, or is not one of the requester's (Keycloak). Give the \
                      requester that client scope, or leave it out.",
    },
    Known {
        text: "requested_token_type unsupported",
        explanation: "The server does not issue that kind of token in an exchange (Keycloak). Ask for \
                      an access token, an ID token, or leave the requested type out.",
    },
    Known {
        text: "Refresh token not valid as requested_token_type",
        explanation: "A refresh token would need a session of its own, and this exchange may not make \
                      one (Keycloak). Ask for an access token, or allow refresh tokens in the settings \
                      of the requester.",
    },
    // Only these three belong to the earlier kind of exchange there.
    Known {
        text: "Parameter 'requested_subject' is not supported",
        explanation: "Impersonation of a chosen user is not part of standard token exchange \
                      (Keycloak). Leave requested_subject out, or use its legacy exchange.",
    },
    Known {
        text: "Parameter 'requested_issuer' is not supported",
        explanation: "Getting a token of another issuer is not part of standard token exchange \
                      (Keycloak). Leave requested_issuer out, or use its legacy exchange.",
    },
    Known {
        text: "Parameter 'subject_issuer' is not supported",
        explanation: "Tokens of other issuers are not part of standard token exchange (Keycloak). \
                      Leave subject_issuer out, or use its legacy exchange.",
    },
    Known {
        text: "AADSTS7002138",
        explanation: "A federated credential matches only if upper and lower case are ignored \
                      (Entra). Write issuer, subject and audience exactly as in the token.",
    },
    Known {
        text: "AADSTS700213",
        explanation: "No federated credential has this subject (Entra). Compare the subject of the \
                      token with the configured one, letter by letter.",
    },
    Known {
        text: "AADSTS70021",
        explanation: "No federated credential matches (Entra). If it was added a moment ago, wait a \
                      few minutes; else compare issuer, subject and audience with the token.",
    },
    Known {
        text: "AADSTS700024",
        explanation: "The token is outside of its validity (Entra). Get a fresh one.",
    },
    Known {
        text: "AADSTS700016",
        explanation: "The application does not exist in that tenant (Entra). Check client id and \
                      tenant.",
    },
    Known {
        text: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        explanation: "The role's trust policy does not match (AWS does not say where). Compare \
                      issuer, audience and subject with each of its conditions.",
    },
    Known {
        text: "OutboundWebIdentityFederationDisabled",
        explanation: "The account does not issue tokens to the outside (AWS). Turn on outbound \
                      identity federation.",
    },
    Known {
        text: "not found in subject or actor token",
        explanation: "The request asks for a scope the subject token does not have (ZITADEL). Ask \
                      for less.",
    },
    Known {
        text: "attribute condition",
        explanation: "The provider's attribute condition is not true for this token (Google). \
                      Compare its claims with the condition.",
    },
    Known {
        text: "audience in ID Token",
        explanation: "The token is not meant for this provider (Google). Mint it with an allowed \
                      audience.",
    },
    Known {
        text: "consent_required",
        explanation: "The server wants the user's consent (Auth0). Allow skipping it for this \
                      client, or let the user consent first.",
    },
];

/// Texts that say something only when they are all that is said.
const WHOLE: &[Known] = &[Known {
    text: "Invalid token",
    explanation: "The subject token is expired, revoked, of another realm, or its session has ended \
                  (Keycloak). Get a fresh one from the same realm.",
}];

fn known(error: &str, description: &str) -> Option<&'static str> {
    let whole = description.trim().trim_end_matches('.');
    KNOWN
        .iter()
        .find(|known| description.contains(known.text) || error == known.text)
        .or_else(|| WHOLE.iter().find(|known| whole.eq_ignore_ascii_case(known.text)))
        .map(|known| known.explanation)
}

/// Explains why a JWT grant was not redeemed (RFC 7523 §3.1), by description and code.
pub fn grant_refusal(status: u16, error: &str, description: &str) -> String {
    match error {
        "invalid_grant" => {
            "The server does not accept the grant: it is for another server or another client, it has \
             expired or was used before, its issuer is not trusted, its subject is nobody there, or it \
             is bound to a key that was not proved. Look at the findings about the grant first."
                .to_owned()
        }
        "unsupported_grant_type" => {
            "The server does not redeem JWT grants (RFC 7523), or it is turned off.".to_owned()
        }
        "unauthorized_client" => {
            "The client is known but may not redeem JWT grants. Allow the grant for it.".to_owned()
        }
        _ => refusal(status, error, description),
    }
}

/// Explains a refusal by its description and its code.
pub fn refusal(status: u16, error: &str, description: &str) -> String {
    if let Some(explanation) = known(error, description) {
        return explanation.to_owned();
    }
    match error {
        "invalid_request" => {
            "The request is malformed, or the server does not accept the subject or actor token: \
             expired, of another issuer, not for this requester, or not allowed by its policy. \
             Look at the findings about the request first, then at the token."
        }
        "invalid_target" => {
            "The server cannot issue a token for any audience or resource that was asked for: the \
             target is unknown, or the requester may not exchange into it."
        }
        "invalid_client" => {
            "The requester did not authenticate: wrong client id, wrong secret, another \
             authentication method than the server expects, or a client that is disabled."
        }
        "unauthorized_client" => {
            "The requester is known but may not use token exchange. Allow the grant for it."
        }
        "unsupported_grant_type" => "The server does not do token exchange, or it is turned off.",
        "invalid_scope" => {
            "A scope is unknown, malformed, or more than the subject token has. Ask for a part of \
             what the subject token allows."
        }
        "invalid_grant" => {
            "The server rejects the subject token. The standard wants invalid_request here \
             (RFC 8693 §2.2.2); many servers use this code: the token is expired, unknown, or not \
             acceptable."
        }
        "access_denied" => {
            "The server's policy says no: the requester has no permission for this exchange."
        }
        "use_dpop_nonce" => {
            "The server wants a nonce of its own in the proof of possession (DPoP, RFC 9449). A \
             request with a proof is sent again with it; if none was sent, turn DPoP on."
        }
        "invalid_dpop_proof" => {
            "The server does not accept the proof of possession (DPoP, RFC 9449), or wants one. \
             Turn DPoP on, compare the clocks, and use the key that the subject token is bound to."
        }
        "insufficient_user_authentication" => {
            "The user must sign in again, or more strongly, before this exchange."
        }
        "insufficient_scope" | "scope_escalation" => {
            "The request asks for a scope that the requester or the subject token does not have. \
             Ask for less."
        }
        "delegation_depth_exceeded" => {
            "The subject token has been exchanged as often as the server allows. Start from a token \
             with fewer actors in it."
        }
        "too_many_attempts" | "slow_down" => {
            "The server has had too many attempts. Wait before trying again."
        }
        "temporarily_unavailable" | "server_error" => {
            "The server has a problem of its own. Try again later, or look into its log."
        }
        _ if status == 429 => "The server has had too many attempts. Wait before trying again.",
        _ if status >= 500 => "The server failed. Its own log will say more than this answer.",
        _ => {
            "The code is not one of the standard. The server's description or its log may say more."
        }
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_known_servers_come_before_codes() {
        assert!(
            refusal(403, "access_denied", "Client is not within the token audience")
                .contains("Keycloak")
        );
        // 70021 is the beginning of the other two codes.
        assert!(refusal(400, "invalid_client", "AADSTS700213: no match").contains("this subject"));
        assert!(refusal(400, "invalid_client", "AADSTS7002138: no").contains("case"));
        assert!(refusal(400, "invalid_client", "AADSTS70021: no").contains("wait"));
    }

    /// What servers are known to say, and a word of what is to be told about it.
    #[test]
    fn every_known_text_is_told_apart() {
        for (code, text, told) in [
            ("access_denied", "Client is not within the token audience", "audience mapper"),
            ("invalid_request", "Requested audience not available: api", "client scope"),
            ("invalid_client", "Audience not found", "spelling"),
            ("invalid_request", "Client disabled", "Enable"),
            ("invalid_client", "Public client is not allowed to exchange token", "confidential"),
            (
                "unauthorized_client",
                "Standard token exchange is not enabled for the requested client",
                "Turn on",
            ),
            (
                "invalid_request",
                "Parameter 'subject_token' supports access tokens only",
                "access token",
            ),
            (
                "invalid_request",
                "Parameter 'requested_subject' is not supported for standard token exchange",
                "requested_subject",
            ),
            (
                "invalid_request",
                "Parameter 'requested_issuer' is not supported for standard token exchange",
                "requested_issuer",
            ),
            (
                "invalid_request",
                "Parameter 'subject_issuer' is not supported for standard token exchange",
                "subject_issuer",
            ),
            ("invalid_request", "Invalid token", "realm"),
            ("invalid_scope", "Invalid scopes: admin", "client scope"),
            ("access_denied", "Missing consents for Token Exchange in client api", "consent"),
            ("invalid_request", "requested_token_type unsupported", "kind of token"),
            ("invalid_request", "Scope offline_access not allowed for token exchange", "offline"),
            (
                "invalid_request",
                "Refresh token not valid as requested_token_type because creating a new session is \
                 needed",
                "session",
            ),
            ("invalid_client", "AADSTS700024: assertion is not within its valid time", "validity"),
            ("unauthorized_client", "AADSTS700016: Application not found", "tenant"),
            (
                "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity",
                "trust policy",
            ),
            ("OutboundWebIdentityFederationDisabled", "", "outbound"),
            ("invalid_grant", "The audience in ID Token [x] does not match", "audience"),
            ("unauthorized_client", "rejected by the attribute condition", "condition"),
            ("invalid_scope", "scope \"x\" not found in subject or actor token", "less"),
            ("too_many_attempts", "", "Wait"),
            ("consent_required", "", "consent"),
        ] {
            let explanation = refusal(400, code, text);
            assert!(explanation.contains(told), "{text}: {explanation}");
        }
        // Others say this, too, and go on.
        assert!(!refusal(400, "invalid_request", "Invalid token format").contains("Keycloak"));
    }

    #[test]
    fn a_grant_is_explained_as_a_grant() {
        assert!(grant_refusal(400, "invalid_grant", "").contains("the grant"));
        assert!(grant_refusal(400, "unsupported_grant_type", "").contains("RFC 7523"));
        assert!(grant_refusal(401, "invalid_client", "").contains("authenticate"));
    }

    #[test]
    fn codes_and_unknown_ones_are_explained() {
        assert!(refusal(400, "invalid_target", "").contains("audience"));
        assert!(refusal(403, "scope_escalation", "").contains("less"));
        assert!(refusal(403, "delegation_depth_exceeded", "").contains("actors"));
        assert!(refusal(429, "odd", "").contains("Wait"));
        assert!(refusal(503, "odd", "").contains("log"));
        assert!(refusal(400, "odd", "").contains("not one of the standard"));
    }
}
