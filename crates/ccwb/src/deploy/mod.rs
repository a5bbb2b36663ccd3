//! `ccwb deploy`: plan, ask, carry out, write back.

mod collector;
pub(crate) mod live;
mod monitoring;
mod oidc_provider;
pub(crate) mod outputs;
mod show;
pub(crate) mod wanted;

use std::io::Write as _;

use ccwb_admin::{AdminFolder, AdminProfile};
use ccwb_cloudformation::{Phase, Plan, Stack as Deployed, Step};
use ccwb_deploy::{OidcProviderChoice, Stack};
use ccwb_http::HttpClient;
use clap::Args;
use serde_json::{Value, json};

use self::live::Live;
use self::wanted::Surrounding;
use crate::aws::{Account, AwsArguments};
use crate::failure::{Failure, exit};
use crate::screen::{Screen, Spinner};
use crate::surroundings::Surroundings;
use crate::{administrator, consent, http, interrupt};

/// `ccwb deploy`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct DeployArguments {
    /// Only this stack: vpc-endpoint, metrics, auth, networking, collector, dashboard, alarms, analytics, cloudtrail, budget
    /// [default: all that the profile wants]
    pub(crate) stack: Option<String>,

    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Show what would change, change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print the CloudFormation template as it is sent, and nothing else; needs no AWS
    #[arg(long)]
    pub(crate) show_template: bool,

    /// Don't ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Report as JSON; needs --yes or --dry-run
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) aws: AwsArguments,
}

pub(crate) async fn run(arguments: &DeployArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    if arguments.json && !arguments.yes && !arguments.dry_run {
        let message = "with --json nobody can be asked";
        return Err(Failure::new("consent-needed", exit::USAGE, message, "add --yes to agree, or --dry-run to look"));
    }
    let stored = administrator::profile(surroundings, arguments.profile.as_deref())?;
    let profile = stored.profile()?;
    let stacks = chosen(arguments.stack.as_deref(), &profile)?;
    if arguments.show_template {
        return show_templates(&stacks);
    }
    let account = Account::open(&arguments.aws, &profile, surroundings).await?;
    let deployment = Deployment {
        arguments,
        folder: administrator::folder(surroundings)?,
        profile,
        account,
        http: http::patient_client(surroundings)?,
        screen: Screen::of_process(),
    };
    deployment.run(&stacks).await
}

/// The named stack, else every one that the profile wants.
fn chosen(named: Option<&str>, profile: &AdminProfile) -> Result<Vec<Stack>, Failure> {
    let wanted = wanted::stacks(profile);
    let Some(name) = named else {
        return match wanted.as_slice() {
            [] => Err(administrator::invalid(&profile.name, "it wants no stack: there is nothing to deploy")),
            _ => Ok(wanted),
        };
    };
    let stack = stack_named(name)?;
    if wanted.contains(&stack) {
        return Ok(vec![stack]);
    }
    let names: Vec<&str> = wanted.iter().map(|stack| stack.name()).collect();
    let problem = format!("it does not want the stack {}; it wants {}", stack.name(), names.join(", "));
    Err(administrator::invalid(&profile.name, &problem))
}

pub(crate) fn stack_named(name: &str) -> Result<Stack, Failure> {
    Stack::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Stack::ALL.iter().map(|stack| stack.name()).collect();
        let message = format!("there is no stack \"{name}\"");
        Failure::new("usage", exit::USAGE, message, format!("choose from {}", known.join(", ")))
    })
}

fn show_templates(stacks: &[Stack]) -> Result<(), Failure> {
    if let [stack] = stacks {
        // Whoever reads decides how far.
        let _ = write!(std::io::stdout(), "{}", stack.template_text());
        return Ok(());
    }
    let names: Vec<&str> = stacks.iter().map(|stack| stack.name()).collect();
    let hint = format!("name one of {}", names.join(", "));
    Err(Failure::new("usage", exit::USAGE, "--show-template prints one template", hint))
}

/// One run.
struct Deployment<'a> {
    arguments: &'a DeployArguments,
    folder: AdminFolder,
    profile: AdminProfile,
    account: Account,
    http: HttpClient,
    screen: Screen,
}

/// What is known of a stack before anything is done.
enum Planned {
    Ready {
        stack: Stack,
        plan: Box<Plan>,
        to_extend: Option<ccwb_cloudformation::OidcProvider>,
    },
    /// It takes outputs of a stack that does not exist yet.
    Later(Stack),
}

impl Deployment<'_> {
    async fn run(&self, stacks: &[Stack]) -> Result<(), Failure> {
        self.introduce();
        let mut planned = Vec::new();
        for &stack in stacks {
            match self.plan(stack, &planned).await {
                Ok(plan) => planned.push(plan),
                Err(failure) => {
                    self.discard(&planned).await;
                    return Err(failure);
                }
            }
        }
        self.show(&planned);
        if planned.iter().all(Planned::is_nothing) {
            for plan in &planned {
                if let Planned::Ready { stack, plan, .. } = plan {
                    self.record(*stack, plan.stack.as_ref())?;
                }
            }
            return self.finish("nothing had to be changed", &planned, &[]).await;
        }
        if self.arguments.dry_run {
            self.discard(&planned).await;
            return self.finish("a dry run: nothing was changed", &planned, &[]).await;
        }
        match consent::yes(&self.screen, "Deploy this?", self.arguments.yes).await {
            Ok(true) => {}
            answer => {
                self.discard(&planned).await;
                return Err(answer.err().unwrap_or_else(consent::refused));
            }
        }
        let mut done = Vec::new();
        for index in 0..planned.len() {
            match self.carry_out(&planned[index]).await {
                Ok(deployed) => done.push(deployed),
                Err(failure) => {
                    self.discard(&planned[index + 1..]).await;
                    return Err(failure);
                }
            }
        }
        self.finish("done", &planned, &done).await
    }

    fn introduce(&self) {
        if self.arguments.json {
            return;
        }
        self.screen.title(&format!("Deploy profile {}", self.profile.name), "");
        self.screen.row("account", &self.account.identity.account);
        self.screen.row("as", &self.account.identity.arn);
        self.screen.row("region", &self.profile.aws_region);
    }

    fn show(&self, planned: &[Planned]) {
        if self.arguments.json {
            return;
        }
        for plan in planned {
            match plan {
                Planned::Ready { stack, plan, to_extend } => {
                    show::plan(&self.screen, *stack, plan);
                    if let Some(provider) = to_extend {
                        self.screen
                            .note(&format!("{} is there already: it is used, and lets our client id in", provider.arn));
                    }
                }
                Planned::Later(stack) => {
                    self.screen.line(format!("\n  › {}: is planned after the stacks before it", stack.name()));
                }
            }
        }
    }

    /// Compares one stack with what is there. What is in the way (an operation that is running, an update that got stuck)
    /// is seen to first.
    async fn plan(&self, stack: Stack, before: &[Planned]) -> Result<Planned, Failure> {
        let Some(taken) = self.taken(stack, before).await? else { return Ok(Planned::Later(stack)) };
        self.refuse_another_template(stack).await?;
        loop {
            let spinner = Spinner::start(&format!("comparing {} with what is there", stack.name()));
            let (wanted, to_extend) = self.wanted(stack, taken.clone()).await?;
            let plan = self.account.cloud.plan(wanted).await?;
            drop(spinner);
            let Some(there) = plan.stack.as_ref().filter(|_| !self.arguments.dry_run) else {
                return Ok(Planned::Ready { stack, plan: Box::new(plan), to_extend });
            };
            match plan.step {
                Step::Wait => self.join(stack, there).await?,
                Step::Unblock => self.unblock(stack, there).await?,
                _ => return Ok(Planned::Ready { stack, plan: Box::new(plan), to_extend }),
            }
        }
    }

    /// Outputs of the stacks that this one stands on; `None` if one of them will only be there, or be changed, later.
    async fn taken(&self, stack: Stack, before: &[Planned]) -> Result<Option<wanted::Outputs>, Failure> {
        let mut taken = wanted::Outputs::new();
        for needed in wanted::needs(stack, &self.profile) {
            let is_planned = |plan: &Planned| plan.stack() == needed && !plan.is_nothing();
            if before.iter().any(is_planned) {
                return Ok(None);
            }
            let (region, name) = wanted::place(needed, &self.profile)?;
            let outputs = self.account.cloud.stack(&region, &name).await?.map(|deployed| deployed.outputs);
            let outputs = outputs.filter(|outputs| !outputs.is_empty()).ok_or_else(|| {
                Failure::new(
                    "stack-missing",
                    exit::CONFIG,
                    format!("the stack {} takes what {} tells, and that is not deployed", stack.name(), needed.name()),
                    format!("run ccwb deploy {} first, or ccwb deploy", needed.name()),
                )
            })?;
            taken.insert(needed, outputs);
        }
        Ok(Some(taken))
    }

    /// A stack of the guidance has the name that ours would have, and nothing else in common: an update would make everything
    /// anew beside it, with the same addresses and names, and fail half-way.
    async fn refuse_another_template(&self, stack: Stack) -> Result<(), Failure> {
        if !wanted::GUIDANCE_HAS_ITS_OWN.contains(&stack) {
            return Ok(());
        }
        let (region, name) = wanted::place(stack, &self.profile)?;
        let deployed = self.account.cloud.stack(&region, &name).await?;
        let Some(deployed) = deployed.filter(|deployed| deployed.status.phase() == Phase::Ready) else { return Ok(()) };
        let ours = stack.template().resources();
        let theirs = self.account.cloud.resources(&deployed).await?;
        let is_ours = |(name, kind): &(String, String)| {
            theirs.iter().any(|theirs| theirs.resource == *name && theirs.kind == *kind)
        };
        if theirs.is_empty() || ours.iter().any(is_ours) {
            return Ok(());
        }
        Err(Failure::new(
            "stack-of-another-template",
            exit::CONFIG,
            format!("the stack {name} was made from another template: an update would replace everything in it"),
            format!("run ccwb destroy {}, then ccwb deploy", stack.name()),
        ))
    }

    async fn wanted(
        &self,
        stack: Stack,
        taken: wanted::Outputs,
    ) -> Result<(ccwb_cloudformation::Wanted, Option<ccwb_cloudformation::OidcProvider>), Failure> {
        let mut surrounding = Surrounding {
            profile: &self.profile,
            account: &self.account.identity.account,
            is_local: self.account.is_local,
            oidc_provider: OidcProviderChoice::Create { thumbprints: Vec::new() },
            outputs: taken,
            jwks: if stack == Stack::Collector { self.jwks().await? } else { None },
        };
        let mut to_extend = None;
        if let (Stack::Auth, Some(oidc)) = (stack, self.profile.oidc()) {
            let choices =
                surrounding.auth().map_err(|error| administrator::invalid(&self.profile.name, &error.to_string()))?;
            let (region, name) = wanted::place(stack, &self.profile)?;
            let deployed = self.account.cloud.stack(&region, &name).await?;
            let named = oidc.oidc_provider_arn.as_deref();
            let choice =
                oidc_provider::choose(&self.account, deployed.as_ref(), &choices, named, &oidc.thumbprints).await?;
            surrounding.oidc_provider = choice.choice;
            to_extend = choice.to_extend;
        }
        Ok((surrounding.wanted(stack)?, to_extend))
    }

    /// Where the provider publishes its keys, for the load balancer: as the profile says, else as the provider does.
    async fn jwks(&self) -> Result<Option<String>, Failure> {
        let monitoring = &self.profile.monitoring;
        let Some(oidc) = self.profile.oidc() else { return Ok(None) };
        if !monitoring.balancer_verifies || monitoring.custom_domain.is_none() {
            return Ok(None);
        }
        match &oidc.endpoints.jwks {
            Some(jwks) => Ok(Some(jwks.as_str().to_owned())),
            None => collector::published_keys(&self.http, &oidc.issuer).await.map(Some),
        }
    }

    /// Follows an operation that somebody started, most often an earlier run of this command.
    async fn join(&self, stack: Stack, there: &Deployed) -> Result<(), Failure> {
        let mut live = Live::start(stack.name(), &format!("AWS works on it already ({}), following", there.status), 0);
        let followed = self
            .uninterrupted(self.account.cloud.follow(&there.region, &there.id, None, &mut |p| live.show(&p)))
            .await?;
        match followed.stack {
            Some(_) => followed.succeeded().map(drop).map_err(Failure::from),
            None => Ok(()),
        }
    }

    async fn unblock(&self, stack: Stack, there: &Deployed) -> Result<(), Failure> {
        let question =
            format!("The last change of {} failed half-way ({}). Finish undoing it?", there.name, there.status);
        if !consent::yes(&self.screen, &question, self.arguments.yes).await? {
            return Err(consent::refused());
        }
        let mut live = Live::start(stack.name(), "AWS finishes undoing its last change", 0);
        self.uninterrupted(self.account.cloud.finish_rollback(there, &mut |p| live.show(&p))).await.map(drop)
    }

    async fn carry_out(&self, planned: &Planned) -> Result<(Stack, Deployed), Failure> {
        let later;
        let (stack, plan, to_extend) = match planned {
            Planned::Ready { stack, plan, to_extend } => (*stack, plan, to_extend),
            Planned::Later(stack) => {
                later = Box::pin(self.plan(*stack, &[])).await?;
                self.show(std::slice::from_ref(&later));
                match &later {
                    Planned::Ready { stack, plan, to_extend } => (*stack, plan, to_extend),
                    Planned::Later(_) => unreachable!("only a stack before it makes one wait"),
                }
            }
        };
        if let (Some(provider), Some(oidc)) = (to_extend, self.profile.oidc()) {
            self.account.cloud.add_client_id(provider, &oidc.client_id).await?;
        }
        let mut live = Live::start(stack.name(), "AWS works", plan.changes.len());
        let deployed = self.uninterrupted(self.account.cloud.apply((**plan).clone(), &mut |p| live.show(&p))).await?;
        drop(live);
        self.record(stack, Some(&deployed))?;
        Ok((stack, deployed))
    }

    /// Ctrl-C ends the watching; AWS goes on.
    async fn uninterrupted<T>(
        &self,
        work: impl Future<Output = Result<T, ccwb_cloudformation::CloudError>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            done = work => done.map_err(Failure::from),
            () = interrupt::requested() => Err(Failure::new(
                "interrupted",
                exit::UNEXPECTED,
                "interrupted; AWS goes on with what it has begun",
                format!("run ccwb deploy --profile {} again to follow it", self.profile.name),
            )),
        }
    }

    fn record(&self, stack: Stack, deployed: Option<&Deployed>) -> Result<(), Failure> {
        let Some(deployed) = deployed else { return Ok(()) };
        outputs::record(&self.folder, &self.profile.name, wanted::recorded(stack), Some(&deployed.outputs)).map(drop)
    }

    /// Nothing depends on it: a change set that stays does nothing.
    async fn discard(&self, planned: &[Planned]) {
        for plan in planned {
            if let Planned::Ready { plan, .. } = plan {
                let _ = self.account.cloud.discard(plan).await;
            }
        }
    }

    async fn finish(&self, end: &str, planned: &[Planned], done: &[(Stack, Deployed)]) -> Result<(), Failure> {
        // A remark: what was done is done, whether or not it can be made.
        let unwanted = self.unwanted().await.unwrap_or_default();
        if self.arguments.json {
            let report = self.report(planned, done, &unwanted);
            let _ = writeln!(std::io::stdout(), "{report:#}");
            return Ok(());
        }
        self.screen.blank();
        for (stack, deployed) in done {
            self.screen.done(stack.name(), &format!("{} is {}", deployed.name, deployed.status));
            for (name, value) in &deployed.outputs {
                self.screen.row(name, value);
            }
        }
        for (stack, name) in &unwanted {
            self.screen.note(&format!(
                "{name} is deployed, and the profile does not want it any more: ccwb destroy {}",
                stack.name()
            ));
        }
        self.screen.line(format!("  {end}"));
        if !done.is_empty() {
            self.screen.ask(&format!("Next: ccwb package --profile {}", self.profile.name));
        }
        Ok(())
    }

    /// Stacks that an earlier version of the profile wanted.
    async fn unwanted(&self) -> Result<Vec<(Stack, String)>, Failure> {
        let wanted = wanted::stacks(&self.profile);
        let mut unwanted = Vec::new();
        for stack in Stack::ALL.into_iter().filter(|stack| !wanted.contains(stack)) {
            let Ok((region, name)) = wanted::place(stack, &self.profile) else { continue };
            if self.account.cloud.stack(&region, &name).await?.is_some() {
                unwanted.push((stack, name));
            }
        }
        Ok(unwanted)
    }

    fn report(&self, planned: &[Planned], done: &[(Stack, Deployed)], unwanted: &[(Stack, String)]) -> Value {
        let stacks: Vec<Value> = planned.iter().map(|plan| plan.json(done)).collect();
        json!({
            "profile": self.profile.name.as_str(),
            "account": self.account.identity.account,
            "identity": self.account.identity.arn,
            "region": self.profile.aws_region,
            "dry_run": self.arguments.dry_run,
            "changed": !done.is_empty(),
            "stacks": stacks,
            "not_wanted": unwanted.iter().map(|(_, name)| name).collect::<Vec<_>>(),
        })
    }
}

impl Planned {
    fn stack(&self) -> Stack {
        match self {
            Self::Ready { stack, .. } | Self::Later(stack) => *stack,
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::Ready { plan, to_extend: None, .. } if plan.is_nothing())
    }

    fn json(&self, done: &[(Stack, Deployed)]) -> Value {
        let mut json = match self {
            Self::Ready { stack, plan, .. } => show::json(*stack, plan),
            Self::Later(stack) => json!({"stack": stack.name(), "action": "later"}),
        };
        let now = done.iter().find(|(stack, _)| *stack == self.stack()).map(|(_, deployed)| deployed);
        let before = match self {
            Self::Ready { plan, .. } => plan.stack.as_ref(),
            Self::Later(_) => None,
        };
        if let Some(deployed) = now.or(before) {
            json["status"] = json!(deployed.status.name());
            json["outputs"] = json!(deployed.outputs);
        }
        json
    }
}
