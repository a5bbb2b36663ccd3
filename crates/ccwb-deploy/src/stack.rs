//! The stacks.

use std::sync::LazyLock;

use ccwb_bedrock::Partition;

use crate::Template;

/// A stack that `ccwb` deploys. The order of [`Stack::ALL`] is the order of deployment; `destroy` goes backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stack {
    /// Interface endpoints; before [`Stack::Auth`], which may deny calls from anywhere else.
    VpcEndpoint,
    /// Where telemetry rests; before [`Stack::Auth`], which lets people's own collectors write there.
    Metrics,
    /// From an ID token to AWS credentials.
    Auth,
    /// A network for the collector.
    Networking,
    /// The collector for everybody.
    Collector,
    /// Telemetry to look at.
    Dashboard,
    /// Who is told when something is wrong.
    Alarms,
    /// Telemetry for queries.
    Analytics,
    /// A record of who did what.
    CloudTrail,
    /// E-mails when money runs out.
    Budget,
}

/// What CloudFormation wants to have acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// `CAPABILITY_IAM`: the template makes IAM resources, without names of their own.
    Iam,
}

impl Capability {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
        }
    }
}

/// One row of the table of stacks.
struct Row {
    stack: Stack,
    name: &'static str,
    title: &'static str,
    text: &'static str,
    capabilities: &'static [Capability],
    after: &'static [Stack],
    required: bool,
}

const TABLE: [Row; 10] = [
    Row {
        stack: Stack::VpcEndpoint,
        name: "vpc-endpoint",
        title: "interface endpoints in your VPC",
        text: include_str!("../../../dist-templates/cloudformation/vpc-endpoint.yaml"),
        capabilities: &[],
        after: &[],
        required: false,
    },
    Row {
        stack: Stack::Metrics,
        name: "metrics",
        title: "log groups and metrics of telemetry",
        text: include_str!("../../../dist-templates/cloudformation/metrics.yaml"),
        capabilities: &[],
        after: &[],
        required: false,
    },
    Row {
        stack: Stack::Auth,
        name: "auth",
        title: "sign-in: identity provider, role and permissions",
        text: include_str!("../../../dist-templates/cloudformation/auth.yaml"),
        capabilities: &[Capability::Iam],
        after: &[Stack::VpcEndpoint, Stack::Metrics],
        required: true,
    },
    Row {
        stack: Stack::Networking,
        name: "networking",
        title: "a network for the collector",
        text: include_str!("../../../dist-templates/cloudformation/networking.yaml"),
        capabilities: &[],
        after: &[],
        required: false,
    },
    Row {
        stack: Stack::Collector,
        name: "collector",
        title: "the collector of telemetry",
        text: include_str!("../../../dist-templates/cloudformation/collector.yaml"),
        capabilities: &[Capability::Iam],
        after: &[Stack::Metrics, Stack::Networking],
        required: false,
    },
    Row {
        stack: Stack::Dashboard,
        name: "dashboard",
        title: "a dashboard",
        text: include_str!("../../../dist-templates/cloudformation/dashboard.yaml"),
        capabilities: &[],
        after: &[Stack::Metrics],
        required: false,
    },
    Row {
        stack: Stack::Alarms,
        name: "alarms",
        title: "alarms about telemetry, errors and cost",
        text: include_str!("../../../dist-templates/cloudformation/alarms.yaml"),
        capabilities: &[],
        after: &[Stack::Metrics, Stack::Collector],
        required: false,
    },
    Row {
        stack: Stack::Analytics,
        name: "analytics",
        title: "telemetry for queries in Athena",
        text: include_str!("../../../dist-templates/cloudformation/analytics.yaml"),
        capabilities: &[Capability::Iam],
        after: &[Stack::Metrics],
        required: false,
    },
    Row {
        stack: Stack::CloudTrail,
        name: "cloudtrail",
        title: "a record of sign-ins and model calls",
        text: include_str!("../../../dist-templates/cloudformation/cloudtrail.yaml"),
        capabilities: &[],
        after: &[],
        required: false,
    },
    Row {
        stack: Stack::Budget,
        name: "budget",
        title: "e-mails about monthly costs",
        text: include_str!("../../../dist-templates/cloudformation/budget.yaml"),
        capabilities: &[],
        after: &[],
        required: false,
    },
];

static TEMPLATES: LazyLock<[Template; 10]> =
    LazyLock::new(|| TABLE.map(|row| Template::parse(row.text).expect("the bundled templates are tested")));

impl Stack {
    /// All, in the order of deployment.
    pub const ALL: [Self; 10] = [
        TABLE[0].stack,
        TABLE[1].stack,
        TABLE[2].stack,
        TABLE[3].stack,
        TABLE[4].stack,
        TABLE[5].stack,
        TABLE[6].stack,
        TABLE[7].stack,
        TABLE[8].stack,
        TABLE[9].stack,
    ];

    /// The name on the command line and at the end of the stack's name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The stack of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stack| stack.name() == name)
    }

    /// What it is, for people.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// The template, as it is deployed and shown.
    pub fn template_text(self) -> &'static str {
        self.row().text
    }

    /// The template, parsed.
    pub fn template(self) -> &'static Template {
        &TEMPLATES[self.position()]
    }

    /// What has to be acknowledged to create it.
    pub fn capabilities(self) -> &'static [Capability] {
        self.row().capabilities
    }

    /// Stacks that are deployed before this one, if they are deployed at all: this one takes their outputs.
    pub fn after(self) -> &'static [Self] {
        self.row().after
    }

    /// Whether nothing works without it. The others are deployed if the administrator wants them.
    pub fn is_required(self) -> bool {
        self.row().required
    }

    /// The region that the stack is deployed to, for a profile whose infrastructure is in `region`; an error says why there
    /// is none. Budgets belong to an account and have one home in a partition.
    pub fn region(self, region: &str) -> Result<&str, &'static str> {
        match (self, Partition::of_region(region)) {
            (Self::Budget, Partition::Commercial) => Ok("us-east-1"),
            (Self::Budget, Partition::China) => Ok("cn-north-1"),
            (Self::Budget, Partition::GovCloud) => {
                Err("AWS Budgets is not in GovCloud: make the budget in the commercial account that pays")
            }
            (Self::Budget, Partition::EuropeanSovereign) => Ok("eusc-de-east-1"),
            _ => Ok(region),
        }
    }

    fn row(self) -> &'static Row {
        &TABLE[self.position()]
    }

    fn position(self) -> usize {
        match self {
            Self::VpcEndpoint => 0,
            Self::Metrics => 1,
            Self::Auth => 2,
            Self::Networking => 3,
            Self::Collector => 4,
            Self::Dashboard => 5,
            Self::Alarms => 6,
            Self::Analytics => 7,
            Self::CloudTrail => 8,
            Self::Budget => 9,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        for (position, stack) in Stack::ALL.into_iter().enumerate() {
            assert_eq!(stack.position(), position);
            assert_eq!(Stack::from_name(stack.name()), Some(stack));
            assert!(
                stack.after().iter().all(|before| before.position() < position),
                "{} comes too early",
                stack.name()
            );
        }
    }

    #[test]
    fn a_template_fits_into_a_request() {
        // CreateChangeSet takes 51,200 bytes of TemplateBody; more would need a bucket.
        for stack in Stack::ALL {
            assert!(stack.template_text().len() < 51_200, "{}", stack.name());
        }
    }

    #[test]
    fn only_stacks_with_iam_resources_ask_for_the_capability_and_nothing_is_named() {
        for stack in Stack::ALL {
            let resources = stack.template().resources();
            let iam = resources.iter().any(|(_, kind)| {
                ["Role", "RolePolicy", "ManagedPolicy", "Policy", "User"]
                    .iter()
                    .any(|name| kind == &format!("AWS::IAM::{name}"))
            });
            assert_eq!(iam, !stack.capabilities().is_empty(), "{}", stack.name());
            for (resource, kind) in resources {
                let own = kind.rsplit("::").next().unwrap_or_default();
                // An Athena workgroup has to be named, and gets the stack's name; a record set is an address. A policy inside
                // a role and one of a scaling target have names within it.
                if ["WorkGroup", "RecordSet", "RolePolicy", "ScalingPolicy"].contains(&own) {
                    continue;
                }
                for name in ["Name".to_owned(), "GroupName".to_owned(), "AliasName".to_owned(), format!("{own}Name")] {
                    assert!(!stack.template().sets(&resource, &name), "{resource} has a name of its own");
                }
            }
            assert!(!stack.template_text().contains("Export:"), "{}", stack.name());
            assert!(!stack.template_text().contains("arn:aws:"), "{} knows one partition only", stack.name());
        }
    }

    #[test]
    fn what_would_lose_data_is_retained() {
        for stack in Stack::ALL {
            for (name, kind) in stack.template().resources() {
                let holds_data = ["AWS::S3::Bucket", "AWS::KMS::Key"].contains(&kind.as_str());
                assert!(!holds_data || stack.template().is_retained(&name), "{name}");
            }
        }
    }
}
