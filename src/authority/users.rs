//! People who can log in, and the file that says who they are.

use serde_json::{Map, Value};

/// A person who can log in, by a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUser {
    /// The subject (`sub`) of their tokens, and what a `login_hint` says.
    pub subject: String,
    /// The name on the login page, and in ID tokens when the scope `profile` is asked for.
    pub name: String,
    /// Further claims of their ID tokens, as in `email` or `groups`.
    pub claims: Map<String, Value>,
}

/// Why a text does not say who can log in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsersError {
    #[error("it is neither YAML nor JSON: {0}")]
    Syntax(String),
    #[error("it must be a list of users, each with a subject")]
    NotAList,
    #[error("it lists no user")]
    Empty,
    #[error("it lists more than {MOST} users")]
    TooMany,
    #[error("user {0} is not a list of names and values")]
    NotAUser(usize),
    #[error("user {0} has no subject")]
    NoSubject(usize),
    #[error("of user {user}, {name} must be text: put it in quotation marks")]
    NotText { user: usize, name: &'static str },
    #[error(
        "of user {user}, {name} is empty, longer than {LONGEST} characters, or has control characters"
    )]
    Unusable { user: usize, name: &'static str },
    #[error("two users have the subject '{0}'")]
    Twice(String),
    #[error("user {user} cannot have the claim '{claim}': the authority writes it itself")]
    Reserved { user: usize, claim: String },
}

/// How many users fit on the login page.
const MOST: usize = 200;
/// Characters in a subject or a name.
const LONGEST: usize = 200;
/// Bytes that are read.
const LARGEST: usize = 1 << 20;
/// Claims of an ID token that the authority writes (OpenID Connect Core §2, §3.1.3.6).
const RESERVED: [&str; 14] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "azp",
    "acr",
    "amr",
    "at_hash",
    "c_hash",
];

impl TestUser {
    /// A person without further claims.
    pub fn new(subject: impl Into<String>, name: impl Into<String>) -> Self {
        Self { subject: subject.into(), name: name.into(), claims: Map::new() }
    }

    /// Alice, Bob and Carol.
    pub fn defaults() -> Vec<Self> {
        vec![
            Self::new("alice", "Alice Archer"),
            Self::new("bob", "Bob Baker"),
            Self::new("carol", "Carol Cooper"),
        ]
    }

    /// Reads a list in YAML or JSON. Each user has a `subject`, may have a `name`, and whatever else
    /// stands there is a claim of their ID tokens.
    ///
    /// # Errors
    ///
    /// When the text is no such list, with the number of the user it is about, counted from 1.
    pub fn read(text: &str) -> Result<Vec<Self>, UsersError> {
        if text.len() > LARGEST {
            return Err(UsersError::TooMany);
        }
        // Every JSON text is YAML.
        let document: Value =
            serde_yaml::from_str(text).map_err(|error| UsersError::Syntax(error.to_string()))?;
        let Value::Array(list) = document else { return Err(UsersError::NotAList) };
        if list.is_empty() {
            return Err(UsersError::Empty);
        }
        if list.len() > MOST {
            return Err(UsersError::TooMany);
        }
        let mut users: Vec<Self> = Vec::with_capacity(list.len());
        for (index, one) in list.into_iter().enumerate() {
            let user = Self::of_value(index + 1, one)?;
            if users.iter().any(|earlier| earlier.subject == user.subject) {
                return Err(UsersError::Twice(user.subject));
            }
            users.push(user);
        }
        Ok(users)
    }

    fn of_value(user: usize, value: Value) -> Result<Self, UsersError> {
        let Value::Object(mut claims) = value else { return Err(UsersError::NotAUser(user)) };
        let mut text = |name: &'static str| match claims.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if length == 0 || length > LONGEST || text.chars().any(char::is_control) {
                    return Err(UsersError::Unusable { user, name });
                }
                Ok(Some(text))
            }
            Some(_) => Err(UsersError::NotText { user, name }),
        };
        let subject = text("subject")?.ok_or(UsersError::NoSubject(user))?;
        let name = text("name")?.unwrap_or_else(|| subject.clone());
        if let Some(claim) = claims.keys().find(|claim| RESERVED.contains(&claim.as_str())) {
            return Err(UsersError::Reserved { user, claim: claim.clone() });
        }
        Ok(Self { subject, name, claims })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml = "- subject: \"0042\"\n  name: Dora Dean\n  email: dora@people.example\n  \
                    groups: [editors, auditors]\n- {subject: erik}\n";
        let json = r#"[{"subject":"0042","name":"Dora Dean","email":"dora@people.example",
                       "groups":["editors","auditors"]},{"subject":"erik"}]"#;
        let users = TestUser::read(yaml).unwrap();
        assert_eq!(users, TestUser::read(json).unwrap());
        assert_eq!((users[0].subject.as_str(), users[0].name.as_str()), ("0042", "Dora Dean"));
        assert_eq!(users[0].claims["groups"], serde_json::json!(["editors", "auditors"]));
        assert_eq!((users[1].name.as_str(), users[1].claims.len()), ("erik", 0));
    }

    #[test]
    fn what_is_no_list_of_users_says_why() {
        for (text, why) in [
            ("[", "neither YAML nor JSON"),
            ("subject: alice", "must be a list"),
            ("[]", "lists no user"),
            ("[alice]", "user 1 is not"),
            ("[{name: Alice}]", "user 1 has no subject"),
            ("[{subject: a}, {subject: 42}]", "of user 2, subject must be text"),
            ("[{subject: ''}]", "of user 1, subject is empty"),
            ("[{subject: a, name: [b]}]", "of user 1, name must be text"),
            ("[{subject: a}, {subject: a}]", "two users have the subject 'a'"),
            ("[{subject: a, aud: x}]", "cannot have the claim 'aud'"),
        ] {
            let error = TestUser::read(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
