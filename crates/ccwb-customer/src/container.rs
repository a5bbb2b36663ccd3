//! The files of one customer's container. It mounts these and nothing else, so it cannot see another customer.

use std::path::PathBuf;

use ccwb_store::private_file;
use serde_json::{Value, json};

use crate::error::CustomerError;
use crate::folder::CustomersFolder;
use crate::id::CustomerId;
use crate::lock::CustomerLock;
use crate::method::{Method, MethodKind};
use crate::record::Customer;

/// How the container comes to the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFrom {
    /// The runtime keeps it, under the container's name.
    Runtime,
    /// A private file beside the Compose file.
    File,
}

/// What a container is made with.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// Claude Code and credential-process.
    pub image: &'a str,
    /// Whom the processes in it are: who owns the files, never root.
    pub user: (u32, u32),
    /// How it comes to the secret, if the method has one.
    pub secret: SecretFrom,
}

/// Where things are in the container.
const CONFIG: &str = "/etc/claude-code-with-bedrock/config.json";
const AWS_CONFIG: &str = "/etc/claude-code-with-bedrock/aws-config";
const SETTINGS: &str = "/etc/claude-code/managed-settings.json";
const PROGRAM: &str = "/usr/local/bin/credential-process";
/// In memory: mounted as `tmpfs`, gone with the container.
const STATE: &str = "/run/claude-code-with-bedrock";
const SECRET: &str = "customer-secret";

/// The container's name, its project's and its secret's.
pub fn name(id: &CustomerId) -> String {
    format!("ccwb-{id}")
}

impl CustomersFolder {
    /// Where a customer's container files are.
    pub fn container(&self, id: &CustomerId) -> PathBuf {
        self.of(id).join("container")
    }

    /// Writes the files of a container; `secret` is what [`SecretFrom::File`] writes. Returns them, the Compose file first.
    pub fn write_container(
        &self,
        customer: &Customer,
        plan: &Plan<'_>,
        secret: Option<&str>,
        _held: &CustomerLock,
    ) -> Result<Vec<PathBuf>, CustomerError> {
        let folder = self.container(&customer.id);
        private_file::create_own_dir(&folder)?;
        let mut files = vec![
            // JSON is YAML; a file that nobody has to escape cannot be escaped from.
            ("compose.yaml", pretty(&compose(customer, plan))),
            ("config.json", pretty(&config(customer))),
            ("aws-config", aws_config(customer)),
            ("managed-settings.json", pretty(&settings(customer))),
        ];
        let secret_file = folder.join(SECRET);
        match secret.filter(|_| plan.secret == SecretFrom::File) {
            Some(secret) => files.push((SECRET, secret.to_owned())),
            // One that was written before is not left behind.
            None => {
                private_file::overwrite(&secret_file)?;
                private_file::remove(&secret_file)?;
            }
        }
        files
            .into_iter()
            .map(|(name, text)| {
                let path = folder.join(name);
                private_file::write(&path, text.as_bytes())?;
                Ok(path)
            })
            .collect()
    }
}

/// config.json for credential-process: this customer's profile and no other.
pub fn config(customer: &Customer) -> Value {
    let mut profile = json!({
        "aws_region": customer.region,
        "bedrock_region": customer.region,
        "credential_storage": "session",
        "selected_model": customer.model.profile,
        "auth_type": match customer.method.kind() {
            // The credentials that the host's own role gives, and from there the customer's role.
            MethodKind::CrossAccountRole => "none",
            MethodKind::IamUserKeys => "iam-user",
            MethodKind::BedrockApiKey => "bedrock-api-key",
        },
    });
    // Only where the same profile is called from there: Claude Code is told another region, not another model.
    let model = &customer.model;
    let same_profile = model.fallback_profile.as_ref().is_none_or(|other| *other == model.profile);
    if let Some(fallback) = customer.fallback_region.as_ref().filter(|_| same_profile) {
        profile["bedrock_fallback_region"] = json!(fallback);
    }
    if let Method::CrossAccountRole { role_arn, external_id } = &customer.method {
        profile["assume_role"] = json!({"role_arn": role_arn, "external_id": external_id});
    }
    json!({"profiles": {customer.id.as_str(): profile}})
}

/// The AWS SDKs' configuration in the container.
fn aws_config(customer: &Customer) -> String {
    let (id, region) = (&customer.id, &customer.region);
    match customer.method.kind() {
        MethodKind::CrossAccountRole => {
            format!("[profile {id}]\ncredential_process = \"{PROGRAM}\" --profile {id}\nregion = {region}\n")
        }
        // Keys are in the file that AWS_SHARED_CREDENTIALS_FILE names; an API key needs none.
        MethodKind::IamUserKeys | MethodKind::BedrockApiKey => format!("[default]\nregion = {region}\n"),
    }
}

/// Claude Code's own settings: nobody in the container can change them.
fn settings(customer: &Customer) -> Value {
    let mut settings = json!({"env": {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": customer.region,
        "ANTHROPIC_MODEL": customer.model.profile,
    }});
    if customer.method.kind() == MethodKind::CrossAccountRole {
        settings["awsCredentialExport"] = json!(format!("{PROGRAM} --profile {} export", customer.id));
    }
    settings
}

/// The Compose file (<https://github.com/compose-spec/compose-spec>).
pub fn compose(customer: &Customer, plan: &Plan<'_>) -> Value {
    let id = customer.id.as_str();
    let secret_path = format!("/run/secrets/{SECRET}");
    let mut environment = json!({
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "AWS_REGION": customer.region,
        "ANTHROPIC_MODEL": customer.model.profile,
        "AWS_CONFIG_FILE": AWS_CONFIG,
        "CCWB_CONFIG": CONFIG,
        "CCWB_PROFILE": id,
        "CCWB_STATE_DIR": STATE,
        "CLAUDE_CONFIG_DIR": "/home/claude/.claude",
        "HOME": "/home/claude",
    });
    match customer.method.kind() {
        MethodKind::CrossAccountRole => environment["AWS_PROFILE"] = json!(id),
        MethodKind::IamUserKeys => environment["AWS_SHARED_CREDENTIALS_FILE"] = json!(secret_path),
        MethodKind::BedrockApiKey => {}
    }
    let (uid, gid) = plan.user;
    let memory = |options: &str| format!("{options},noexec,nosuid,nodev,mode=0700,uid={uid},gid={gid}");
    let mount = |file: &str, target: &str| {
        json!({"type": "bind", "source": format!("./{file}"), "target": target, "read_only": true,
            "bind": {"create_host_path": false}})
    };
    let mut service = json!({
        "image": plan.image,
        "container_name": name(&customer.id),
        "hostname": name(&customer.id),
        "user": format!("{uid}:{gid}"),
        "init": true,
        "stdin_open": true,
        "tty": true,
        "working_dir": "/work",
        "environment": environment,
        "volumes": [
            mount("config.json", CONFIG),
            mount("aws-config", AWS_CONFIG),
            mount("managed-settings.json", SETTINGS),
            {"type": "volume", "source": "home", "target": "/home/claude"},
            {"type": "volume", "source": "work", "target": "/work"},
        ],
        "read_only": true,
        "tmpfs": [format!("{STATE}:{}", memory("size=16m")), format!("/tmp:{}", memory("size=256m"))],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": 512,
        "networks": ["own"],
    });
    let mut file = json!({
        "name": name(&customer.id),
        "networks": {"own": {}},
        "volumes": {"home": {}, "work": {}},
    });
    if customer.method.kind().has_secret() {
        service["secrets"] = json!([{
            "source": SECRET, "target": SECRET, "uid": uid.to_string(), "gid": gid.to_string(), "mode": 0o400,
        }]);
        file["secrets"] = json!({SECRET: match plan.secret {
            SecretFrom::File => json!({"file": format!("./{SECRET}")}),
            SecretFrom::Runtime => json!({"external": true, "name": name(&customer.id)}),
        }});
    }
    if customer.method.kind() == MethodKind::BedrockApiKey {
        // Claude Code reads an API key from its environment alone: it is put there in the container, for this one
        // process, so it is in no configuration that somebody could inspect. `$$` is Compose's `$`.
        let script = format!("AWS_BEARER_TOKEN_BEDROCK=\"$$(cat {secret_path})\" exec \"$$@\"");
        service["entrypoint"] = json!(["/bin/sh", "-c", script, "sh"]);
        service["command"] = json!(["claude"]);
    }
    file["services"] = json!({"claude": service});
    file
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::form::Form;

    fn customer(name: &str, method: &str) -> Customer {
        let form = format!(
            "id: {name}\norganisation: Org\ncontact: {{name: Jo, email: jo@a.example}}\naccount: '123456789012'\n\
             region: eu-west-1\nmodel: sonnet-4-5\ntokens: {{input: 1M, output: 1M}}\nmethod: {method}\n"
        );
        Customer::of_form(Form::parse(&form).unwrap(), None, 100).unwrap()
    }

    fn role(name: &str) -> Customer {
        customer(name, "{kind: cross-account-role, role_arn: 'arn:aws:iam::123456789012:role/r'}")
    }

    const PLAN: Plan<'static> = Plan { image: "image", user: (1000, 1000), secret: SecretFrom::File };

    #[test]
    fn a_container_can_do_nothing_but_its_work() {
        for method in ["bedrock-api-key", "{kind: iam-user-keys, access_key_id: AKIA0123456789ABCDEF}"] {
            let file = compose(&customer("acme", method), &PLAN);
            let service = &file["services"]["claude"];
            assert_eq!(service["read_only"], true);
            assert_eq!(service["cap_drop"], json!(["ALL"]));
            assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]));
            assert_eq!((&service["user"], &service["privileged"]), (&json!("1000:1000"), &Value::Null));
            assert_eq!(service["secrets"][0]["mode"], 0o400);
            for mount in service["volumes"].as_array().unwrap().iter().filter(|mount| mount["type"] == "bind") {
                assert_eq!(mount["read_only"], true);
                let source = mount["source"].as_str().unwrap().strip_prefix("./").unwrap();
                assert!(!source.contains('/') && !source.contains(".."), "{source}");
            }
        }
    }

    #[test]
    fn a_secret_is_in_no_file_but_its_own() {
        let home = tempfile::tempdir().unwrap();
        let folder = CustomersFolder::new(home.path().join("customers"));
        let customer = customer("acme", "bedrock-api-key");
        let lock = folder.lock(&customer.id, Duration::ZERO).unwrap();
        let holding = |written: &[PathBuf]| -> Vec<PathBuf> {
            let holds = |path: &&PathBuf| std::fs::read_to_string(path).unwrap().contains("ABSKplanted");
            written.iter().filter(holds).cloned().collect()
        };
        let written = folder.write_container(&customer, &PLAN, Some("ABSKplanted"), &lock).unwrap();
        let secret = folder.container(&customer.id).join(SECRET);
        assert_eq!(holding(&written), std::slice::from_ref(&secret));
        // Without it the next time, the one from before is gone.
        let plan = Plan { secret: SecretFrom::Runtime, ..PLAN };
        let written = folder.write_container(&customer, &plan, None, &lock).unwrap();
        assert!(holding(&written).is_empty() && !secret.exists());
        let file = compose(&customer, &plan);
        assert_eq!(file["secrets"][SECRET], json!({"external": true, "name": "ccwb-acme"}));
    }

    #[test]
    fn one_customers_files_name_no_other() {
        let (one, other) = (role("acme"), role("globex"));
        for (mine, its) in [(&one, &other), (&other, &one)] {
            let Method::CrossAccountRole { external_id, .. } = &its.method else { panic!("a role") };
            let texts =
                [pretty(&compose(mine, &PLAN)), pretty(&config(mine)), aws_config(mine), pretty(&settings(mine))];
            assert!(texts.iter().all(|text| !text.contains(its.id.as_str()) && !text.contains(external_id)));
        }
    }
}
