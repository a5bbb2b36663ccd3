//! `ccwb customer add`.

use ccwb_customer::form::FormMethod;
use ccwb_customer::vault::{Credential, Credentials, Vault};
use ccwb_customer::{Customer, CustomerLock, CustomersFolder, Form, KeyPlace, Problem};
use serde_json::json;

use super::arguments::AddArguments;
use super::{PATIENCE, folder, keys, secret, show};
use crate::document;
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::{Surroundings, unix_time};

pub(crate) async fn run(arguments: &AddArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let text = document::text(&arguments.form)?;
    let form = Form::parse(&text).map_err(|problems| wrong(&arguments.form.display().to_string(), &problems))?;
    let has_secret = form.method.kind().has_secret();
    if has_secret && arguments.form == std::path::Path::new("-") {
        let message = "the form and the secret cannot both come from standard input";
        return Err(Failure::new("usage", exit::USAGE, message, "write the form to a file"));
    }
    let folder = folder(surroundings)?;
    let now = unix_time();
    let key = has_secret.then(|| match &arguments.kms_key {
        Some(arn) => KeyPlace::Kms { arn: arn.clone() },
        None => KeyPlace::Keyring {},
    });
    let method = form.method.clone();
    let customer = Customer::of_form(form, key, now)?;
    let lock = folder.lock(&customer.id, PATIENCE)?;
    folder.begin(&customer, &lock)?;
    let kept = keep(&folder, &customer, &method, surroundings, &lock).await;
    if kept.is_err() {
        // Nothing half done stays; what cannot be taken away now is taken over by the next attempt.
        let _ = keys::keyring(surroundings).remove(&lock);
        let _ = folder.erase(&lock);
    }
    kept?;
    drop(lock);

    let screen = Screen::of_process();
    screen.answer(arguments.json, &json!({"added": show::of_customer(&customer)}), || {
        screen.done("added", &format!("{} ({})", customer.organisation, customer.id));
        screen.row("calls", &format!("{} in {}", customer.model.profile, customer.region));
        show::what_remains(&screen, &customer);
        screen.ask("Then see whether it works:");
        screen.copyable(&format!("ccwb customer validate {}", customer.id));
    });
    Ok(())
}

async fn keep(
    folder: &CustomersFolder,
    customer: &Customer,
    method: &FormMethod,
    surroundings: &Surroundings,
    lock: &CustomerLock,
) -> Result<(), Failure> {
    if customer.key.is_some() {
        // The key first: whether there is a place for it is known before a person types.
        let key = keys::make(folder, customer, surroundings, lock).await?;
        if let Some(credential) = credential(method)? {
            Vault::new(folder, &customer.id, key).write(&Credentials::new(credential, customer.added), lock)?;
        }
    }
    Ok(folder.save(customer, lock)?)
}

fn credential(method: &FormMethod) -> Result<Option<Credential>, Failure> {
    Ok(match method {
        FormMethod::CrossAccountRole { .. } => None,
        FormMethod::IamUserKeys { access_key_id } => Some(Credential::IamUserKeys {
            access_key_id: access_key_id.clone(),
            secret_access_key: secret::ask(&format!("Secret access key of {access_key_id}:"))?,
        }),
        FormMethod::BedrockApiKey => Some(Credential::BedrockApiKey { key: secret::ask("Bedrock API key:")? }),
    })
}

fn wrong(file: &str, problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
    let count = if problems.len() == 1 { "one mistake".to_owned() } else { format!("{} mistakes", problems.len()) };
    let message = format!("{file} has {count}{}", lines.concat());
    Failure::new("form-invalid", exit::CONFIG, message, "mend these lines; ccwb customer form prints an empty one")
}
