//! The AWS endpoints, all on one listener: a client may be pointed here service by service or with `AWS_ENDPOINT_URL`.

pub(crate) mod administrator;
pub(crate) mod bedrock;
pub(crate) mod cloudformation;
mod cognito;
mod iam;
pub(crate) mod iam_user;
pub(crate) mod id_token;
pub(crate) mod identity_center;
pub(crate) mod principal;
mod query_xml;
pub(crate) mod roles;
mod s3;
pub(crate) mod session;
mod sigv4;
mod sts;

use std::collections::{BTreeMap, HashMap};

use self::cloudformation::stack::Stacks;
use self::cognito::Identity;
use self::iam_user::IamUsers;
use self::identity_center::IdentityCenter;
use self::roles::Role;
use self::session::Sessions;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::options::Options;
use crate::random;
use crate::world::World;

/// What AWS remembers.
#[derive(Debug)]
pub(crate) struct AwsState {
    pub(crate) roles: Vec<Role>,
    /// `us-east-1:uuid`, the same for the same account and region.
    pub(crate) pool_id: String,
    pub(crate) sessions: Sessions,
    /// IAM users with access keys, of whatever account.
    pub(crate) users: IamUsers,
    /// Client ids by the ARN of the IAM OIDC provider.
    pub(crate) oidc_providers: BTreeMap<String, Vec<String>>,
    /// Users by their Bedrock API keys.
    pub(crate) bedrock_keys: BTreeMap<String, String>,
    /// Keys of objects by bucket.
    pub(crate) buckets: BTreeMap<String, Vec<String>>,
    pub(crate) stacks: Stacks,
    pub(crate) identity_center: IdentityCenter,
    identities: HashMap<String, Identity>,
}

/// What stacks make.
#[derive(Debug)]
pub(crate) struct Account<'a> {
    pub(crate) roles: &'a mut Vec<Role>,
    pub(crate) oidc_providers: &'a mut BTreeMap<String, Vec<String>>,
    pub(crate) buckets: &'a mut BTreeMap<String, Vec<String>>,
}

impl AwsState {
    pub(crate) fn new(options: &Options) -> Self {
        let uuid = random::uuid_of(&format!("identity pool of {}", options.account_id));
        Self {
            roles: options.roles.clone(),
            pool_id: format!("{}:{uuid}", options.region),
            sessions: Sessions::default(),
            users: IamUsers::default(),
            oidc_providers: BTreeMap::new(),
            bedrock_keys: BTreeMap::new(),
            buckets: BTreeMap::new(),
            stacks: Stacks::default(),
            identity_center: IdentityCenter::default(),
            identities: HashMap::new(),
        }
    }

    fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }
}

/// The name under which a request is logged and under which faults find it.
pub(crate) fn endpoint_of(call: &Call) -> String {
    if let Some(endpoint) = identity_center::endpoint(call) {
        return endpoint.to_owned();
    }
    let (service, operation) = route(call);
    match (service, operation) {
        (Service::Unknown, _) => "other".to_owned(),
        (service, Some(operation)) => format!("{}:{operation}", service.name()),
        (service, None) => service.name().to_owned(),
    }
}

pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    if let Some(endpoint) = identity_center::endpoint(call) {
        return identity_center::handle(world, call, endpoint).header("x-amzn-requestid", &random::uuid());
    }
    let (service, operation) = route(call);
    let operation = operation.as_deref().unwrap_or_default();
    let reply = match service {
        Service::CognitoIdentity => cognito::handle(world, call, operation),
        Service::Sts => sts::handle(world, call, operation),
        Service::Bedrock => bedrock::handle(world, call, operation),
        Service::CloudFormation => cloudformation::handle(world, call, operation),
        Service::Iam => iam::handle(world, call, operation),
        Service::S3 => s3::handle(world, call, operation),
        Service::Unknown => bedrock::unknown_operation(),
    };
    reply.header("x-amzn-requestid", &random::uuid())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    CognitoIdentity,
    Sts,
    Bedrock,
    CloudFormation,
    Iam,
    S3,
    Unknown,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::CognitoIdentity => "cognito",
            Self::Sts => "sts",
            Self::Bedrock => "bedrock",
            Self::CloudFormation => "cloudformation",
            Self::Iam => "iam",
            Self::S3 => "s3",
            Self::Unknown => "other",
        }
    }
}

/// AWS JSON services name their operation in `X-Amz-Target`, query services in `Action`, REST services by method and path.
fn route(call: &Call) -> (Service, Option<String>) {
    if let Some(target) = call.header("x-amz-target") {
        return match target.strip_prefix("AWSCognitoIdentityService.") {
            Some(operation) => (Service::CognitoIdentity, Some(operation.to_owned())),
            None => (Service::Unknown, None),
        };
    }
    if let Some(operation) = bedrock::operation(call) {
        return (Service::Bedrock, Some(operation.to_owned()));
    }
    if let Some(operation) = s3::operation(call) {
        return (Service::S3, Some(operation.to_owned()));
    }
    let form = sts::parameters(call);
    match form.get("Action") {
        Some(action) if call.path == "/" => {
            let service = match form.get("Version") {
                Some(cloudformation::VERSION) => Service::CloudFormation,
                Some(iam::VERSION) => Service::Iam,
                _ => Service::Sts,
            };
            (service, Some(action.to_owned()))
        }
        _ => (Service::Unknown, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_as_their_protocols_do() {
        let sts = Call::post_form("/", &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]);
        assert_eq!(endpoint_of(&sts), "sts:GetCallerIdentity");
        let mut stream = Call::get("/model/us.anthropic.x-v1%3A0/invoke-with-response-stream", "");
        stream.method = axum::http::Method::POST;
        assert_eq!(endpoint_of(&stream), "bedrock:InvokeModelWithResponseStream");
        assert_eq!(
            endpoint_of(&Call::get("/inference-profiles", "type=SYSTEM_DEFINED")),
            "bedrock:ListInferenceProfiles"
        );
        assert_eq!(endpoint_of(&Call::get("/", "")), "other");
    }
}
