//! Saved exchanges with what is expected of them, in plain files.
//!
//! A case is one exchange and its expectations; a file has several, run in order, so that one can
//! go on from the answer of another. Files hold no secret: they name the environment variables that
//! do. What a file does not understand it refuses, with the line, because a misspelt expectation
//! that is passed over is a test that cannot fail.
//!
//! ```yaml
//! version: 1
//! server: https://login.example.com     # or token_endpoint (with jwks_uri)
//! clients:
//!   portal:
//!     id: b8075fdb-ac4f-4c25-8f2a-2085a9addbf6
//!     auth: client_secret_basic         # as it is; or client_secret_post, client_secret_jwt,
//!     secret_env: PORTAL_SECRET         #   private_key_jwt (key_env or key_file), none
//! cases:
//!   - name: Portal may obtain a token for Dashboard
//!     client: portal
//!     subject: {env: PORTAL_TOKEN}      # or one of
//!                                       #   {user: alice, of: portal, scope: openid}
//!                                       #   {client_credentials: portal}
//!                                       #   {mint: {issuer: https://…, subject: "123"}}
//!                                       #   {answer_of: an earlier case}
//!                                       # each with a type, if it is not the usual one
//!     audience: [ff64b54e-3d4f-426d-ad1a-da30ebed78ab]
//!     resource: []
//!     scope: ""
//!     requested_type: access_token
//!     parameters: {tenant: acme}
//!     expect:
//!       outcome: allowed                # or refused
//!       error: [invalid_target]         # one of these, when refused
//!       status: 200
//!       claims:                         # of the issued token
//!         sub: {equals: alice}
//!         aud: {contains: ff64b54e-3d4f-426d-ad1a-da30ebed78ab}
//!         act: {absent: true}
//!       checks:
//!         must_not_fail: [all]          # or ids, as RES-03
//!         must_fire: []
//! ```

mod file;
mod run;

pub use file::{
    AuthName, Case, CaseFile, Checks, Claim, ClientSpec, Expect, FileError, MintSpec, Subject, Wish,
};
pub use run::{CaseReport, CaseVerdict, FileReport, Means, run};
