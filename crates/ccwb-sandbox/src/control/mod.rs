//! What a test or the demo can do to a running sandbox.

pub(crate) mod behaviour;
pub(crate) mod faults;
pub(crate) mod http;
pub(crate) mod issued;
pub(crate) mod mutation;
pub(crate) mod requests;
mod workload;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use self::behaviour::Behaviour;
use self::faults::{Fault, UnknownEndpoint};
use self::issued::IssuedCredentials;
use self::mutation::TokenMutation;
use self::requests::{LoggedRequest, RequestLog};
use crate::aws::bedrock::ToolUse;
use crate::aws::cloudformation::desired::Place;
use crate::aws::cloudformation::stack::{StackFault, StackSummary};
use crate::aws::iam_user::AccessKeyState;
use crate::aws::roles::Role;
use crate::aws::{Account, AwsState};
use crate::http::call::Call;
use crate::idp::user::User;
use crate::options::Options;
use crate::otlp::received::{Export, Exports};
use crate::random;
use crate::world::World;

/// Changes a running sandbox and reads what it saw. The same is served as JSON under `/_sandbox/` on the provider's port.
#[derive(Debug, Clone)]
pub struct Control(pub(crate) Arc<World>);

impl Control {
    /// Adds a scripted fault; the oldest one that matches an endpoint is used first.
    pub fn add_fault(&self, fault: Fault) -> Result<(), UnknownEndpoint> {
        faults::check_endpoint(&fault.endpoint)?;
        self.0.control().faults.push(fault);
        Ok(())
    }

    /// The faults that are still to happen.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.control().faults.clone()
    }

    /// Forgets every fault.
    pub fn clear_faults(&self) {
        self.0.control().faults.clear();
    }

    /// Changes every ID token issued from now on; `None` issues true ones again.
    pub fn set_mutation(&self, mutation: Option<TokenMutation>) {
        self.0.control().mutation = mutation;
    }

    /// Ends every grant, as an administrator's "sign out everywhere" does. Returns how many were alive.
    pub fn revoke_all_refresh_tokens(&self) -> usize {
        self.0.idp().grants.revoke_all()
    }

    /// Ends every session at the access portal of Identity Center, as an administrator does. Returns how many were alive.
    pub fn end_portal_sessions(&self) -> usize {
        self.0.aws().identity_center.end_all()
    }

    /// Signs with a new key from now on. `keep` leaves the old keys in the JWKS; otherwise their tokens no longer verify.
    pub fn rotate_keys(&self, keep: bool) {
        self.0.idp().keys.rotate(keep);
    }

    /// Adds a user, or replaces the one with the same login.
    pub fn put_user(&self, user: User) {
        let mut idp = self.0.idp();
        idp.users.retain(|known| known.login != user.login);
        idp.users.push(user);
    }

    /// Adds an IAM role, or replaces the one with the same name.
    pub fn put_role(&self, role: Role) {
        let mut aws = self.0.aws();
        aws.roles.retain(|known| known.name != role.name);
        aws.roles.push(role);
    }

    /// Makes an access key for an IAM user, whom it adds if need be: the id and the secret. A third one is more than AWS allows.
    pub fn put_access_key(&self, account: &str, user: &str) -> Option<(String, String)> {
        let now = self.0.clock.now();
        self.0.aws().users.add_key(account, user, now)
    }

    /// Makes a Bedrock API key for an IAM user.
    pub fn put_bedrock_api_key(&self, user: &str) -> String {
        let key = format!("ABSK{}", random::text(random::ALPHANUMERIC, 128));
        self.0.aws().bedrock_keys.insert(key.clone(), user.to_owned());
        key
    }

    /// The access keys of a user, oldest first.
    pub fn access_keys(&self, account: &str, user: &str) -> Vec<AccessKeyState> {
        self.0.aws().users.keys(account, user)
    }

    /// Adds a resource that fails when a stack makes, changes or deletes it.
    pub fn add_stack_fault(&self, fault: StackFault) {
        self.0.aws().stacks.faults.push(fault);
    }

    /// Steps that each look at a stack carries its operation on; 0 makes it stand still.
    pub fn set_stack_pace(&self, steps: usize) {
        self.0.aws().stacks.pace = steps;
    }

    /// The stack of that name that exists, whatever its region.
    pub fn stack(&self, name: &str) -> Option<StackSummary> {
        let aws = self.0.aws();
        let exists = aws.stacks.all.iter().rev().find(|stack| stack.name == name && stack.status != "DELETE_COMPLETE");
        exists.map(crate::aws::cloudformation::stack::Stack::summary)
    }

    /// Names of the stacks that exist, sorted.
    pub fn stacks(&self) -> Vec<String> {
        let aws = self.0.aws();
        let exist = aws.stacks.all.iter().filter(|stack| stack.status != "DELETE_COMPLETE");
        let mut names: Vec<String> = exist.map(|stack| stack.name.clone()).collect();
        names.sort();
        names
    }

    /// Makes a stack as somebody else would have made it, complete at once. The error is AWS's.
    pub fn put_stack(&self, name: &str, template: &str, parameters: BTreeMap<String, String>) -> Result<(), String> {
        let world = &self.0;
        let mut aws = world.aws();
        let AwsState { stacks, roles, oidc_providers, buckets, pool_id, .. } = &mut *aws;
        let place = Place { account: &world.options.account_id, region: &world.options.region, pool_id };
        let mut account = Account { roles, oidc_providers, buckets };
        stacks.adopt(place, &mut account, name, template, parameters, world.clock.now())
    }

    /// Brings a stack into a state of the API, such as `UPDATE_ROLLBACK_FAILED`. Says whether there is such a stack.
    pub fn set_stack_status(&self, name: &str, status: &'static str) -> bool {
        let mut aws = self.0.aws();
        let region = self.0.options.region.clone();
        let found = aws.stacks.find(&region, name).map(|stack| stack.status = status);
        found.is_some()
    }

    /// Says that somebody changed a resource by hand, by its name in the template.
    pub fn drift(&self, resource: &str) {
        self.0.aws().stacks.drifted.push(resource.to_owned());
    }

    /// The IAM OIDC providers of the account: client ids by ARN.
    pub fn oidc_providers(&self) -> BTreeMap<String, Vec<String>> {
        self.0.aws().oidc_providers.clone()
    }

    /// Makes an IAM OIDC provider that belongs to no stack.
    pub fn put_oidc_provider(&self, arn: &str, client_ids: &[&str]) {
        let client_ids = client_ids.iter().map(|&id| id.to_owned()).collect();
        self.0.aws().oidc_providers.insert(arn.to_owned(), client_ids);
    }

    /// Puts objects into a bucket.
    pub fn put_objects(&self, bucket: &str, keys: &[&str]) {
        let mut aws = self.0.aws();
        aws.buckets.entry(bucket.to_owned()).or_default().extend(keys.iter().map(|&key| key.to_owned()));
    }

    /// The buckets of the account: keys of objects by name.
    pub fn buckets(&self) -> BTreeMap<String, Vec<String>> {
        self.0.aws().buckets.clone()
    }

    /// Changes the switches that are given, and returns all of them.
    pub fn set_behaviour(&self, change: &Behaviour) -> Behaviour {
        let mut control = self.0.control();
        control.behaviour.apply(change);
        control.behaviour.clone()
    }

    /// The "model" uses this tool the next time that it is asked for a message and offered the tool; one after the other.
    pub fn use_tool(&self, tool: ToolUse) {
        self.0.control().tools.push_back(tool);
    }

    /// Every export of telemetry that was accepted, oldest first.
    pub fn exports(&self) -> Vec<Export> {
        self.0.control().exports.all()
    }

    /// Forgets the telemetry.
    pub fn clear_exports(&self) {
        self.0.control().exports.clear();
    }

    /// Moves the sandbox's clock; negative goes back. Everything it issued ages with it.
    pub fn advance_clock(&self, seconds: i64) {
        self.0.clock.advance(seconds);
    }

    /// Makes every AWS session issued so far count as expired.
    pub fn expire_aws_credentials(&self) {
        let now = self.0.clock.now();
        self.0.aws().sessions.expire_all(now);
    }

    /// The AWS credentials that were given out under this access key id: whoever prints them must print all of them.
    pub fn issued(&self, access_key_id: &str) -> Option<IssuedCredentials> {
        self.0.aws().sessions.find(access_key_id).map(IssuedCredentials::of)
    }

    /// The sandbox's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Every request so far, oldest first, without secrets. Requests to the control itself are left out.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.0.control().requests.all()
    }

    /// How many requests came to this endpoint, or to the ones below it (`sts` counts `sts:AssumeRole` too).
    pub fn count(&self, endpoint: &str) -> usize {
        self.0.control().requests.count(endpoint)
    }

    /// Forgets the request log.
    pub fn clear_requests(&self) {
        self.0.control().requests.clear();
    }

    /// Faults, mutation, behaviour, tool uses, telemetry and log as they were at the start. Users, roles, keys, sessions and clock stay.
    pub fn reset(&self) {
        *self.0.control() = ControlState::new(&self.0.options);
    }
}

/// What [`Control`] sets and the handlers read.
#[derive(Debug)]
pub(crate) struct ControlState {
    pub(crate) faults: Vec<Fault>,
    pub(crate) mutation: Option<TokenMutation>,
    pub(crate) behaviour: Behaviour,
    pub(crate) exports: Exports,
    tools: VecDeque<ToolUse>,
    requests: RequestLog,
}

impl ControlState {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            faults: Vec::new(),
            mutation: None,
            behaviour: Behaviour::new(options),
            exports: Exports::default(),
            tools: VecDeque::new(),
            requests: RequestLog::default(),
        }
    }

    /// The fault for this request, counted down.
    pub(crate) fn take_fault(&mut self, endpoint: &str) -> Option<Fault> {
        let index = self.faults.iter().position(|fault| fault.matches(endpoint))?;
        match &mut self.faults[index].times {
            Some(1) => Some(self.faults.remove(index)),
            times => {
                if let Some(left) = times {
                    *left -= 1;
                }
                Some(self.faults[index].clone())
            }
        }
    }

    /// The next scripted use of a tool, if it is one of those that are offered.
    pub(crate) fn take_tool(&mut self, is_offered: impl Fn(&str) -> bool) -> Option<ToolUse> {
        self.tools.pop_front_if(|next| is_offered(&next.tool))
    }

    pub(crate) fn log(
        &mut self,
        now: DateTime<Utc>,
        endpoint: &str,
        call: &Call,
        status: u16,
        fault: bool,
        parameters: BTreeMap<String, String>,
    ) {
        self.requests.push(LoggedRequest {
            sequence: 0,
            time: now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            endpoint: endpoint.to_owned(),
            method: call.method.to_string(),
            path: call.path.clone(),
            status,
            fault,
            parameters,
        });
    }
}
