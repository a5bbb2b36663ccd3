//! The package's README.md for users.

use ccwb_admin::{AdminProfile, SignIn};
use ccwb_package::Programs;

const TEMPLATE: &str = include_str!("../../../../dist-templates/package/README.md");

/// Nothing in it depends on when or where the package is made.
pub(super) fn text(profile: &AdminProfile, programs: &Programs) -> String {
    let platforms: Vec<String> =
        programs.platforms().map(|(platform, _)| format!("- {} (`{platform}`)", platform.title())).collect();
    let issuer = match &profile.sign_in {
        SignIn::Oidc(oidc) => oidc.issuer.as_str().to_owned(),
        SignIn::IdentityCenter(center) => center.start_url.as_str().to_owned(),
        SignIn::None => "the credentials that your computer has".to_owned(),
    };
    let values = [
        ("profile", profile.name.as_str()),
        ("platforms", &platforms.join("\n")),
        ("issuer", &issuer),
        ("region", &profile.aws_region),
        ("version", env!("CARGO_PKG_VERSION")),
    ];
    values.iter().fold(TEMPLATE.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}
