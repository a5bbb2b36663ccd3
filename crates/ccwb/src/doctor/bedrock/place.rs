//! Where calls go and whose credentials they carry, before AWS is asked.

use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileRegionProvider;
use ccwb_admin::AdminProfile;

use crate::administrator;
use crate::doctor::DoctorArguments;
use crate::failure::{Failure, exit};
use crate::surroundings::Surroundings;

/// The AWS profile that packages install unless told otherwise.
const INSTALLED: &str = "ClaudeCode";

/// Where calls go.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) region: String,
    /// Who named the region.
    pub(super) because: String,
    /// The account that is meant, if anybody says so.
    pub(super) account: Option<String>,
    /// The AWS profile to ask; none: the SDKs' usual chain.
    pub(super) aws_profile: Option<String>,
    /// Only inference profiles under this prefix.
    pub(super) prefix: Option<String>,
    /// The model that the administrator's profile selects.
    pub(super) selected: Option<String>,
}

impl Place {
    /// The command line wins; then a named administrator's profile, then what AWS's own tools would take, then the active one.
    pub(super) async fn of(arguments: &DoctorArguments, surroundings: &Surroundings) -> Result<Self, Failure> {
        let aws_profile = arguments.aws_profile.clone().or_else(|| installed(surroundings));
        let named = arguments.profile.is_some();
        let profile = match administrator::profile(surroundings, arguments.profile.as_deref()) {
            Ok(stored) => Some(stored.profile()?),
            Err(failure) if named => return Err(failure),
            // A developer's computer has none.
            Err(_) => None,
        };
        let of_profile = profile.as_ref().map(|profile| {
            let region = profile.models.source_region(&profile.aws_region).to_owned();
            (region, format!("of the administrator's profile {}", profile.name))
        });
        let of_aws = of_aws(aws_profile.as_deref(), surroundings).await;
        let given = arguments.region.clone().map(|region| (region, "--region".to_owned()));
        let found = if named { given.or(of_profile).or(of_aws) } else { given.or(of_aws).or(of_profile) };
        let (region, because) = found.ok_or_else(|| {
            let hint = "name one with --region, or set AWS_REGION or the region of the AWS profile";
            Failure::new("region-missing", exit::CONFIG, "nobody says which region calls go to", hint)
        })?;
        let of_admin = |read: fn(&AdminProfile) -> Option<String>| profile.as_ref().and_then(read);
        Ok(Self {
            region,
            because,
            account: arguments.account.clone().or_else(|| of_admin(|profile| profile.aws_account_id.clone())),
            aws_profile,
            prefix: of_admin(|profile| profile.models.cross_region_profile.clone()),
            selected: of_admin(|profile| profile.models.selected.clone()),
        })
    }
}

/// The installed profile, where nothing says otherwise and it is there.
fn installed(surroundings: &Surroundings) -> Option<String> {
    let says_otherwise = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"];
    if says_otherwise.iter().any(|name| surroundings.get(name).is_some()) {
        return None;
    }
    let file = surroundings.get("AWS_CONFIG_FILE").map(Into::into);
    let file = file.or_else(|| Some(surroundings.home()?.join(".aws/config")))?;
    let text = std::fs::read_to_string(file).ok()?;
    let head = format!("[profile {INSTALLED}]");
    text.lines().any(|line| line.trim() == head).then(|| INSTALLED.to_owned())
}

async fn of_aws(aws_profile: Option<&str>, surroundings: &Surroundings) -> Option<(String, String)> {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(region) = surroundings.text(name) {
            return Some((region.to_owned(), name.to_owned()));
        }
    }
    let mut provider = ProfileFileRegionProvider::builder();
    if let Some(name) = aws_profile {
        provider = provider.profile_name(name);
    }
    let region = provider.build().region().await?;
    Some((region.to_string(), "of the AWS profile".to_owned()))
}
