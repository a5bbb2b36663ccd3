//! Where telemetry comes from: AWS, a file, or a company that was made up.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::time::Duration;

use aws_config::SdkConfig;
use ccwb_admin::AdminProfile;
use ccwb_bedrock::{Partition, Prices};
use ccwb_usage::aws::{Athena, AwsError, BillQuestion, Client, Metrics, Service, from_metrics};
use ccwb_usage::demo::{self, Company};
use ccwb_usage::reconcile::Bill;
use ccwb_usage::{Aggregate, read};
use chrono::NaiveDate;

use super::arguments::{Asked, UsageArguments};
use super::period::Period;
use crate::aws::Account;
use crate::failure::{Failure, exit};
use crate::screen::Spinner;
use crate::surroundings::{Surroundings, unix_time};
use crate::{administrator, http};

/// Everything that was found out.
pub(super) struct Found {
    pub(super) aggregate: Aggregate,
    pub(super) period: Period,
    /// For people.
    pub(super) source: String,
    /// What metrics tell beside the aggregate.
    pub(super) metrics: Option<Metrics>,
    pub(super) bill: Option<Bill>,
}

pub(super) async fn find(arguments: &UsageArguments, surroundings: &Surroundings) -> Result<Found, Failure> {
    let period = Period::new(arguments)?;
    if arguments.demo {
        return Ok(of_demo(arguments, period));
    }
    if let Some(file) = &arguments.from {
        let (aggregate, period) = of_file(arguments, period, file)?;
        let mut bill = None;
        if arguments.reconcile {
            let site = Site::open(arguments, surroundings).await?;
            bill = Some(site.bill(arguments, &period).await?);
        }
        let source = match file.to_str() {
            Some("-") => "Telemetry from standard input".to_owned(),
            _ => format!("Telemetry from {}", file.display()),
        };
        return Ok(Found { aggregate, period, source, metrics: None, bill });
    }
    let site = Site::open(arguments, surroundings).await?;
    let mut found = site.telemetry(arguments, period).await?;
    if arguments.reconcile {
        found.bill = Some(site.bill(arguments, &found.period).await?);
    }
    Ok(found)
}

fn of_demo(arguments: &UsageArguments, period: Period) -> Found {
    let company = Company::of_demo(*period.shown.end());
    let first = period.shown.end().checked_sub_days(chrono::Days::new(u64::from(company.days) - 1));
    let read_days = first.map_or(*period.read.start(), |first| first.min(*period.read.start()))..=*period.read.end();
    let mut aggregate = Aggregate::new(read_days, arguments.team.field());
    for row in company.rows() {
        // What is made up is read as what is not.
        let _ = read(&mut row.as_bytes(), &mut aggregate);
    }
    let bill = arguments.reconcile.then(|| demo::bill(&aggregate, Prices::bundled(), &period.shown));
    let source = "Made-up telemetry of a company that does not exist".to_owned();
    Found { aggregate, period, source, metrics: None, bill }
}

/// All days of the file, unless days were asked for.
fn of_file(arguments: &UsageArguments, mut period: Period, file: &Path) -> Result<(Aggregate, Period), Failure> {
    let all = arguments.since.is_none() && arguments.until.is_none() && arguments.days.is_none();
    let range = if all { NaiveDate::MIN..=NaiveDate::MAX } else { period.read.clone() };
    let mut aggregate = Aggregate::new(range, arguments.team.field());
    let done = if file == Path::new("-") {
        read(&mut io::stdin().lock(), &mut aggregate)
    } else {
        File::open(file).and_then(|file| read(&mut BufReader::with_capacity(256 * 1024, file), &mut aggregate))
    };
    done.map_err(|error| {
        let message = format!("could not read {}: {error}", file.display());
        Failure::new("usage-file", exit::STORE, message, "name a file of JSON lines or CSV (docs/guides/usage.md)")
    })?;
    let tally = aggregate.tally();
    if tally.rows > 0 && tally.unreadable == tally.rows {
        let message =
            format!("{} holds no telemetry: not one of its {} rows could be read", file.display(), tally.rows);
        return Err(Failure::new(
            "usage-file",
            exit::CONFIG,
            message,
            "docs/reference/telemetry-data.md names the fields",
        ));
    }
    if let Some(days) = aggregate.days().filter(|_| all) {
        // A row with an impossible date must not make a plot of a thousand years.
        let last = (*days.end()).min(period.today.succ_opt().unwrap_or(period.today));
        let longest = last.checked_sub_days(chrono::Days::new(1100)).unwrap_or(last);
        period.shown = (*days.start()).max(longest).min(last)..=last;
        period.read = period.shown.clone();
    }
    Ok((aggregate, period))
}

/// The account of a profile.
struct Site {
    profile: AdminProfile,
    account: Account,
    client: Client,
}

impl Site {
    async fn open(arguments: &UsageArguments, surroundings: &Surroundings) -> Result<Self, Failure> {
        let profile = administrator::profile(surroundings, arguments.profile.as_deref())?.profile()?;
        let spinner = Spinner::start("asking AWS");
        let account = Account::open(&arguments.aws, &profile, surroundings).await?;
        drop(spinner);
        let client = client(&account.config, &profile.aws_region, surroundings)?;
        Ok(Self { profile, account, client })
    }

    async fn telemetry(&self, arguments: &UsageArguments, period: Period) -> Result<Found, Failure> {
        let mut aggregate = Aggregate::new(period.read.clone(), arguments.team.field());
        let name = self.profile.stack_name(ccwb_admin::Stack::Analytics);
        let region = &self.profile.aws_region;
        let analytics = match arguments.source {
            Asked::Cloudwatch => None,
            Asked::Auto | Asked::Athena => self.account.cloud.stack(region, &name).await?,
        };
        let output = |name: &str| analytics.as_ref().and_then(|stack| stack.outputs.get(name).cloned());
        if let Some((work_group, database)) = output("AthenaWorkGroup").zip(output("AthenaDatabase")) {
            let _spinner = Spinner::start("asking Athena");
            let source = format!("Telemetry from Athena, database {database} in {region}");
            let athena = Athena {
                client: &self.client,
                work_group,
                database,
                nonce: format!("{:x}{:x}", unix_time(), std::process::id()),
                patience: Duration::from_secs(arguments.aws.give_up_after),
            };
            athena.read(&period.read, &mut aggregate).await?;
            return Ok(Found { aggregate, period, source, metrics: None, bill: None });
        }
        if arguments.source == Asked::Athena {
            let message = format!("there is no analytics stack {name} in {region}");
            let hint = "ccwb deploy analytics makes it; --source cloudwatch asks metrics instead";
            return Err(Failure::new("no-analytics", exit::CONFIG, message, hint));
        }
        let _spinner = Spinner::start("asking CloudWatch");
        let metrics = from_metrics(&self.client, &period.read, &mut aggregate).await?;
        let source = format!("Telemetry from CloudWatch metrics in {region}");
        Ok(Found { aggregate, period, source, metrics: Some(metrics), bill: None })
    }

    async fn bill(&self, arguments: &UsageArguments, period: &Period) -> Result<Bill, Failure> {
        if Partition::of_region(&self.profile.aws_region) == Partition::GovCloud {
            let message = "GovCloud has no Cost Explorer: its bill is in the commercial account that it belongs to";
            let hint = "run it without --reconcile";
            return Err(Failure::new("no-cost-explorer", exit::CONFIG, message, hint));
        }
        let _spinner = Spinner::start("asking Cost Explorer");
        let question = BillQuestion {
            days: period.shown.clone(),
            user_tag: Some(arguments.user_tag.clone()).filter(|tag| !tag.is_empty()),
            team_tag: arguments.team_tag.clone(),
        };
        Ok(ccwb_usage::aws::bill(&self.client, &question).await?)
    }
}

/// Who asks AWS's JSON services with these credentials.
pub(crate) fn client(config: &SdkConfig, region: &str, surroundings: &Surroundings) -> Result<Client, Failure> {
    let missing = || AwsError::NoCredentials("the AWS SDK's chain has none".to_owned());
    let credentials = config.credentials_provider().ok_or_else(missing)?;
    let services = [Service::Athena, Service::CloudWatch, Service::CostExplorer, Service::Kms];
    let endpoints = services.into_iter().filter_map(|service| {
        let own = surroundings.text(service.endpoint_variable());
        Some((service, own.or_else(|| surroundings.text("AWS_ENDPOINT_URL"))?.to_owned()))
    });
    let http = http::patient_client(surroundings)?;
    Ok(Client::new(http, credentials, region, endpoints.collect()))
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        let message = error.to_string();
        match error {
            AwsError::NoCredentials(_) => Self::new(
                "aws-credentials-missing",
                exit::AWS,
                message,
                "sign in to AWS as an administrator (aws sso login, or keys), or name a profile with --aws-profile",
            ),
            AwsError::Refused { code, .. } if code.contains("AccessDenied") || code.contains("Unauthorized") => {
                Self::new(
                    "aws-denied",
                    exit::AWS,
                    message,
                    "docs/guides/usage.md lists what this command needs to be allowed",
                )
            }
            AwsError::Refused { .. } | AwsError::Query { .. } => {
                Self::new("aws-refused", exit::AWS, message, "mend what AWS says, then run the same command again")
            }
            AwsError::Slow { .. } => {
                Self::new("aws-slow", exit::AWS, message, "ask for fewer days, or wait longer with --give-up-after")
            }
            AwsError::Network(_) => Self::new(
                "network",
                exit::NETWORK,
                message,
                "check the network and the proxy, then run the same command again",
            ),
            AwsError::Unexpected(_) => Self::new("aws-unexpected", exit::UNEXPECTED, message, crate::failure::TELL_US),
        }
    }
}
