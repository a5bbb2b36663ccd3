//! `ccwb destroy`: the stacks of a profile, the last one first; what is left is listed.

use std::io::Write as _;

use ccwb_admin::{AdminFolder, AdminProfile};
use ccwb_cloudformation::{CloudError, Left, Phase, Resource, Stack as Deployed};
use ccwb_deploy::Template;
use clap::Args;
use serde_json::{Value, json};

use crate::aws::{Account, AwsArguments};
use crate::deploy::live::Live;
use crate::deploy::{outputs, stack_named, wanted};
use crate::failure::{Failure, exit};
use crate::screen::{Screen, Spinner};
use crate::surroundings::Surroundings;
use crate::{administrator, consent, interrupt};

/// `ccwb destroy`.
#[derive(Args, Debug)]
pub(crate) struct DestroyArguments {
    /// Only this stack: vpc-endpoint, metrics, auth, networking, collector, dashboard, alarms, analytics, cloudtrail, budget
    /// [default: all of the profile that exist]
    pub(crate) stack: Option<String>,

    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Keep this resource, by its name in the template, although its stack goes; may be repeated
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) retain: Vec<String>,

    /// Also delete stacks that are protected against deletion
    #[arg(long)]
    pub(crate) remove_protection: bool,

    /// Don't ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Report as JSON; needs --yes
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) aws: AwsArguments,
}

/// A stack that is there.
struct Doomed {
    kind: ccwb_admin::Stack,
    key: &'static str,
    stack: Deployed,
    resources: Vec<Resource>,
    /// Names in the template of what stays.
    kept: Vec<String>,
}

/// What became of a stack.
struct End {
    key: &'static str,
    name: String,
    left: Vec<Left>,
    /// Why it is still there.
    failure: Option<Failure>,
}

pub(crate) async fn run(arguments: &DestroyArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    if arguments.json && !arguments.yes {
        return Err(Failure::new(
            "consent-needed",
            exit::USAGE,
            "with --json nobody can be asked",
            "add --yes to agree",
        ));
    }
    let stored = administrator::profile(surroundings, arguments.profile.as_deref())?;
    let profile = stored.profile()?;
    let only = arguments.stack.as_deref().map(stack_named).transpose()?;
    let account = Account::open(&arguments.aws, &profile, surroundings).await?;
    let destruction = Destruction {
        arguments,
        folder: administrator::folder(surroundings)?,
        profile,
        account,
        screen: Screen::of_process(),
    };
    destruction.run(only).await
}

struct Destruction<'a> {
    arguments: &'a DestroyArguments,
    folder: AdminFolder,
    profile: AdminProfile,
    account: Account,
    screen: Screen,
}

impl Destruction<'_> {
    async fn run(&self, only: Option<ccwb_deploy::Stack>) -> Result<(), Failure> {
        let doomed = self.find(only).await?;
        if let Some(name) =
            self.arguments.retain.iter().find(|name| !doomed.iter().any(|stack| stack.kept.contains(name)))
        {
            let message = format!("--retain: no stack that is to be deleted has a resource {name}");
            return Err(Failure::new("usage", exit::USAGE, message, "see the names with ccwb status --detailed"));
        }
        self.show(&doomed);
        if doomed.is_empty() {
            // An earlier run may have been interrupted before it could say so in the profile.
            self.forget(only)?;
            return self.finish(&[]);
        }
        let protected: Vec<&str> =
            doomed.iter().filter(|doomed| doomed.stack.protected).map(|doomed| doomed.stack.name.as_str()).collect();
        if !protected.is_empty() && !self.arguments.remove_protection {
            let message = format!("protected against deletion: {}", protected.join(", "));
            let hint = "add --remove-protection if they are really to be deleted";
            return Err(Failure::new("aws-termination-protection", exit::AWS, message, hint));
        }
        let question = format!("Type the profile's name ({}) to delete this:", self.profile.name);
        if !consent::word(&self.screen, &question, self.profile.name.as_str(), self.arguments.yes).await? {
            return Err(consent::refused());
        }
        let mut ends = Vec::new();
        for stack in &doomed {
            let end = self.delete(stack).await;
            let interrupted = end.failure.as_ref().is_some_and(|failure| failure.code == "interrupted");
            ends.push(end);
            if interrupted {
                break;
            }
        }
        self.finish(&ends)
    }

    /// Stacks that exist, the last deployed first: also those that the profile does not want any more, and the guidance's.
    async fn find(&self, only: Option<ccwb_deploy::Stack>) -> Result<Vec<Doomed>, Failure> {
        let _spinner = Spinner::start("looking for stacks");
        let mut doomed = Vec::new();
        for (kind, ours) in order(only) {
            let region =
                ours.map_or(Ok(self.profile.aws_region.as_str()), |ours| ours.region(&self.profile.aws_region));
            let Ok(region) = region else { continue };
            let name = self.profile.stack_name(kind);
            let Some(stack) = self.account.cloud.stack(region, &name).await? else { continue };
            let resources = self.account.cloud.resources(&stack).await?;
            let kept = self.kept(&stack, &resources).await?;
            let key = ours.map_or_else(|| kind.key(), ccwb_deploy::Stack::name);
            doomed.push(Doomed { kind, key, stack, resources, kept });
        }
        Ok(doomed)
    }

    /// What the template or the person says is to stay.
    async fn kept(&self, stack: &Deployed, resources: &[Resource]) -> Result<Vec<String>, Failure> {
        if stack.status.phase() == Phase::Review {
            return Ok(Vec::new());
        }
        let text = self.account.cloud.template(stack).await?;
        // A template that cannot be read keeps what holds data: nothing is emptied that might be meant to stay.
        let template = Template::parse(&text).ok();
        let is_kept = |resource: &&Resource| {
            let by_template = match &template {
                Some(template) => template.is_retained(&resource.resource),
                None => resource.kind == "AWS::S3::Bucket",
            };
            by_template || self.arguments.retain.contains(&resource.resource)
        };
        Ok(resources.iter().filter(is_kept).map(|resource| resource.resource.clone()).collect())
    }

    fn show(&self, doomed: &[Doomed]) {
        if self.arguments.json {
            return;
        }
        self.screen.title(&format!("Destroy what profile {} deployed", self.profile.name), "");
        self.screen.row("account", &self.account.identity.account);
        self.screen.row("as", &self.account.identity.arn);
        for doomed in doomed {
            let Deployed { name, region, status, .. } = &doomed.stack;
            self.screen.line(format!("\n  › {} ({name}, {region}), {status}", doomed.key));
            for resource in &doomed.resources {
                let kept = doomed.kept.contains(&resource.resource);
                let (mark, note) = if kept { ("=", "  stays") } else { ("-", "") };
                self.screen.line(format!("    {mark} {:<24} {}{note}", resource.resource, resource.kind));
            }
            if let Some(provider) = doomed.stack.parameters.get("ExistingOidcProviderArn").filter(|arn| !arn.is_empty())
            {
                self.screen.note(&format!("{provider} was there before and stays"));
            }
        }
    }

    async fn delete(&self, doomed: &Doomed) -> End {
        let mut left = Vec::new();
        let failure = match self.try_to_delete(doomed, &mut left).await {
            Ok(()) => self.record_gone(doomed.kind).err(),
            Err(failure) => {
                // Best effort: what happened is told in any case.
                if let Ok(Some(stack)) = self.account.cloud.stack(&doomed.stack.region, &doomed.stack.id).await {
                    left = self.account.cloud.left_of(&stack).await.unwrap_or_default();
                }
                Some(failure)
            }
        };
        End { key: doomed.key, name: doomed.stack.name.clone(), left, failure }
    }

    async fn try_to_delete(&self, doomed: &Doomed, left: &mut Vec<Left>) -> Result<(), Failure> {
        let cloud = &self.account.cloud;
        let mut live = Live::start(doomed.key, "AWS deletes", doomed.resources.len());
        let mut stack = doomed.stack.clone();
        let work = async {
            if stack.status.phase() == Phase::Working {
                let followed = cloud.follow(&stack.region, &stack.id, None, &mut |p| live.show(&p)).await?;
                match &followed.stack {
                    Some(now) if now.status.phase() != Phase::Gone => stack = now.clone(),
                    _ => return Ok(followed.left()),
                }
            }
            if stack.protected {
                cloud.protect(&stack, false).await?;
            }
            let to_mark: Vec<String> =
                self.arguments.retain.iter().filter(|name| doomed.kept.contains(name)).cloned().collect();
            if !to_mark.is_empty() && stack.status.phase() == Phase::Ready {
                self.mark_retained(&stack, &to_mark, &mut live).await?;
            }
            match cloud.delete(&stack, &doomed.kept, &mut |p| live.show(&p)).await {
                // Something was written into a bucket between emptying and deleting it.
                Err(error) if error.reason().is_some_and(|reason| reason.code() == "aws-bucket-not-empty") => {
                    let now = cloud.stack(&stack.region, &stack.id).await?.unwrap_or(stack);
                    cloud.delete(&now, &doomed.kept, &mut |p| live.show(&p)).await
                }
                done => done,
            }
        };
        *left = tokio::select! {
            done = work => done.map_err(Failure::from)?,
            () = interrupt::requested() => return Err(Failure::new(
                "interrupted",
                exit::UNEXPECTED,
                "interrupted; AWS goes on with what it has begun",
                "run ccwb destroy again to follow it",
            )),
        };
        Ok(())
    }

    /// Writes the person's wish into the stack's template: AWS leaves a resource alone only if its template says so.
    async fn mark_retained(&self, stack: &Deployed, names: &[String], live: &mut Live) -> Result<(), CloudError> {
        let cloud = &self.account.cloud;
        let text = cloud.template(stack).await?;
        let template = Template::parse(&text).map_err(|error| CloudError::Unexpected(error.to_string()))?;
        let wanted = ccwb_cloudformation::Wanted {
            name: stack.name.clone(),
            region: stack.region.clone(),
            template: template.retaining(names),
            resources: Vec::new(),
            parameters: stack.parameters.clone(),
            capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"].map(str::to_owned).to_vec(),
            tags: stack.tags.clone(),
            protected: false,
        };
        let plan = cloud.plan(wanted).await?;
        cloud.apply(plan, &mut |progress| live.show(&progress)).await.map(drop)
    }

    fn record_gone(&self, kind: ccwb_admin::Stack) -> Result<(), Failure> {
        outputs::record(&self.folder, &self.profile.name, kind, None).map(drop)
    }

    fn forget(&self, only: Option<ccwb_deploy::Stack>) -> Result<(), Failure> {
        order(only).into_iter().try_for_each(|(kind, _)| self.record_gone(kind))
    }

    fn finish(&self, ends: &[End]) -> Result<(), Failure> {
        if self.arguments.json {
            let report = json!({
                "profile": self.profile.name.as_str(),
                "account": self.account.identity.account,
                "stacks": ends.iter().map(End::json).collect::<Vec<_>>(),
            });
            let _ = writeln!(std::io::stdout(), "{report:#}");
        } else {
            self.screen.blank();
            for end in ends {
                end.show(&self.screen);
            }
            if ends.is_empty() {
                self.screen.line("  There is no stack of this profile.");
            }
        }
        if let Some(failure) = ends.iter().find_map(|end| end.failure.clone()) {
            return Err(failure);
        }
        match ends.iter().map(|end| end.left.len()).sum::<usize>() {
            0 => Ok(()),
            count => Err(Failure::new(
                "something-left",
                exit::UNEXPECTED,
                format!("the stacks are gone, and {count} of their resources stay, as they were told to"),
                "keep them, or run the commands above",
            )),
        }
    }
}

/// The last deployed first. The stacks of ours stand in the order of their deployment; the guidance's other ones may use
/// what the auth stack made, so they go before it.
fn order(only: Option<ccwb_deploy::Stack>) -> Vec<(ccwb_admin::Stack, Option<ccwb_deploy::Stack>)> {
    let ours: Vec<_> =
        ccwb_deploy::Stack::ALL.into_iter().rev().map(|stack| (wanted::recorded(stack), Some(stack))).collect();
    if let Some(only) = only {
        return ours.into_iter().filter(|(_, stack)| *stack == Some(only)).collect();
    }
    let is_ours = |kind: &ccwb_admin::Stack| ours.iter().any(|(own, _)| own == kind);
    let others = ccwb_admin::Stack::ALL.into_iter().rev().filter(|kind| !is_ours(kind)).map(|kind| (kind, None));
    others.chain(ours.iter().copied()).collect()
}

impl End {
    fn show(&self, screen: &Screen) {
        match &self.failure {
            None => screen.done(self.key, &format!("{} is gone", self.name)),
            Some(failure) => screen.failed(self.key, &format!("{} is still there: {}", self.name, failure.message)),
        }
        if !self.left.is_empty() {
            screen.note("What is left of it:");
        }
        for left in &self.left {
            screen.row(&left.resource, &left.arn);
            for command in &left.commands {
                screen.copyable(command);
            }
        }
    }

    fn json(&self) -> Value {
        let left = self.left.iter().map(
            |left| json!({"resource": left.resource, "type": left.kind, "arn": left.arn, "commands": left.commands}),
        );
        json!({
            "stack": self.key,
            "name": self.name,
            "deleted": self.failure.is_none(),
            "error": self.failure.as_ref().map(|failure| json!({"code": failure.code, "message": failure.message})),
            "left": left.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_stand_on_goes_last() {
        let all: Vec<&str> = order(None).iter().map(|(kind, _)| kind.key()).collect();
        assert_eq!(all.len(), ccwb_admin::Stack::ALL.len());
        let position = |key: &str| all.iter().position(|found| *found == key).unwrap();
        assert!(position("monitoring") < position("networking"));
        assert!(position("quota") < position("s3"));
        assert!(position("alarms") < position("monitoring") && position("analytics") < position("metrics"));
        assert!(position("dashboard") < position("auth") && position("budget") < position("auth"));
        assert_eq!(all.last(), Some(&"vpc-endpoint"));
        assert_eq!(order(Some(ccwb_deploy::Stack::Auth)).len(), 1);
    }
}
