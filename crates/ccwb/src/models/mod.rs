//! `ccwb models`: which models there are, what they cost, and from where they can be called.

mod arguments;
mod check;
pub(crate) mod live;

use ccwb_bedrock::{Catalogue, InferenceProfile, Model, Price, Prices, State, TokenCounts, Usd, Wish, recommend};
use serde_json::{Value, json};

pub(crate) use self::arguments::ModelsCommand;
use self::arguments::{ListArguments, RecommendArguments, ShowArguments};
use crate::columns::columns;
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::{Surroundings, unix_time};

pub(crate) async fn run(command: &ModelsCommand, surroundings: &Surroundings) -> Result<(), Failure> {
    match command {
        ModelsCommand::List(arguments) => list(arguments),
        ModelsCommand::Show(arguments) => show(arguments),
        ModelsCommand::Check(arguments) => check::run(arguments, surroundings).await,
        ModelsCommand::Recommend(arguments) => proposals(arguments),
    }
}

/// Today, `YYYY-MM-DD` in UTC.
pub(crate) fn today() -> String {
    chrono::DateTime::from_timestamp(unix_time(), 0).unwrap_or_default().format("%Y-%m-%d").to_string()
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let catalogue = Catalogue::bundled();
    let profiles = |model: &Model| -> Vec<&InferenceProfile> {
        catalogue
            .inference_profiles
            .iter()
            .filter(|profile| {
                profile.model == model.id
                    && arguments.region.as_ref().is_none_or(|region| profile.sources.contains(region))
                    && profile.is_under(arguments.prefix.as_deref())
            })
            .collect()
    };
    let found: Vec<(&Model, Vec<&InferenceProfile>)> = ccwb_bedrock::Tier::ALL
        .into_iter()
        .rev()
        .flat_map(|tier| catalogue.newest(tier))
        .map(|model| (model, profiles(model)))
        .filter(|(_, profiles)| !profiles.is_empty())
        .collect();
    if found.is_empty() {
        let message = "no model is known that can be called that way";
        return Err(Failure::new("model-unknown", exit::CONFIG, message, "ccwb models list has all of them"));
    }
    let screen = Screen::of_process();
    let day = today();
    let as_json: Vec<Value> = found.iter().map(|(model, profiles)| of_model(model, profiles, &day)).collect();
    screen.answer(arguments.json, &Value::from(as_json), || {
        let heads = ["model", "context", "output", "in $/M", "out $/M", "state", "profiles"];
        let mut rows = vec![heads.map(str::to_owned).to_vec()];
        rows.extend(found.iter().map(|(model, profiles)| {
            let price = Prices::bundled().all().find(|(_, price)| price.name == model.name).map(|(_, price)| price);
            let dollars = |of: fn(&Price) -> u64| price.as_ref().map_or_else(unknown, |price| per_million(of(price)));
            let limit = |of: fn(&ccwb_bedrock::Limits) -> u64| model.limits.as_ref().map_or_else(unknown, |limits| thousands(of(limits)));
            let prefixes: Vec<&str> = profiles.iter().map(|profile| profile.prefix.as_str()).collect();
            vec![
                model.alias.clone(),
                limit(|limits| limits.context_window),
                limit(|limits| limits.max_output),
                dollars(|price| price.input),
                dollars(|price| price.output),
                state(model, &day),
                prefixes.join(" "),
            ]
        }));
        for line in columns(&rows) {
            screen.line(line);
        }
        screen.blank();
        screen.note(&format!(
            "Prices are those of the global endpoint; a regional or geographic one costs {} percent more for models since Claude \
             Sonnet 4.5. A question mark: no source is known. ccwb models show MODEL names the sources.",
            Prices::bundled().regional().percent
        ));
    });
    Ok(())
}

fn show(arguments: &ShowArguments) -> Result<(), Failure> {
    let catalogue = Catalogue::bundled();
    let model = catalogue.meant(&arguments.model, None, None).ok_or_else(|| unknown_model(&arguments.model))?;
    let profiles: Vec<&InferenceProfile> = catalogue.profiles_of(model).collect();
    let (screen, day) = (Screen::of_process(), today());
    screen.answer(arguments.json, &of_model(model, &profiles, &day), || {
        screen.title(&model.name, &format!("{} ({})", model.id, model.alias));
        screen.heading("Limits");
        match &model.limits {
            Some(limits) => {
                screen.row("context window", &format!("{} tokens", limits.context_window));
                screen.row("longest answer", &format!("{} tokens", limits.max_output));
                screen.note(&format!("{}, {}", limits.source, limits.as_of));
            }
            None => screen.row("unknown", "no source is known"),
        }
        screen.heading("Lifecycle on Bedrock");
        match &model.lifecycle {
            Some(lifecycle) => {
                screen.row("state", lifecycle.state(&day).name());
                for (label, day) in [
                    ("launched", &lifecycle.launched),
                    ("legacy since", &lifecycle.legacy_since),
                    ("ends not before", &lifecycle.not_before),
                    ("ends", &lifecycle.end_of_life),
                ] {
                    day.as_ref().inspect(|day| screen.row(label, day));
                }
                screen.note(&format!("{}, {}", lifecycle.source, lifecycle.as_of));
            }
            None => screen.row("unknown", "no source is known; ccwb models check --live asks AWS"),
        }
        screen.heading("Inference profiles");
        for profile in &profiles {
            screen.line(format!("  {}", console::style(&profile.id).bold()));
            screen.row("called from", &profile.sources.join(", "));
            let serving =
                profile.destinations.as_ref().map_or_else(|| "any commercial region".to_owned(), |all| all.join(", "));
            screen.row("served in", &serving);
            match Prices::bundled().of(&profile.id) {
                Some(price) => screen.row("price", &price_in_words(&price)),
                None => screen.row("price", "unknown: no source is known"),
            }
        }
        let sources = profiles.first().map(|profile| format!("Profiles: {}, {}", profile.source, profile.as_of));
        let price = profiles.iter().find_map(|profile| Prices::bundled().of(&profile.id));
        let price = price.map(|price| format!("Prices: {}, {}", price.source, price.as_of));
        for source in sources.into_iter().chain(price) {
            screen.note(&source);
        }
    });
    Ok(())
}

fn proposals(arguments: &RecommendArguments) -> Result<(), Failure> {
    let budget = match (&arguments.budget, arguments.input, arguments.output) {
        (Some(limit), Some(input), Some(output)) => {
            let wrong =
                || Failure::new("usage", exit::USAGE, format!("--budget {limit} is no amount"), "write --budget 500");
            Some((Usd::parse(limit).ok_or_else(wrong)?, TokenCounts { input, output, ..TokenCounts::default() }))
        }
        _ => None,
    };
    let day = today();
    let wish = Wish {
        task: arguments.task.task(),
        region: &arguments.region,
        prefix: arguments.prefix.as_deref(),
        day: &day,
        budget,
    };
    let proposals = recommend(Catalogue::bundled(), Prices::bundled(), &wish);
    if proposals.is_empty() {
        return Err(unreachable_model(&arguments.region));
    }
    let as_json: Vec<Value> = proposals
        .iter()
        .map(|one| {
            json!({
                "model": one.model.alias, "id": one.model.id, "inference_profile": one.profile.id, "reasons": one.reasons,
                "price": one.price.as_ref().map(of_price), "month_usd": one.cost.map(Usd::exact), "over_budget": one.over_budget,
            })
        })
        .collect();
    let screen = Screen::of_process();
    screen.answer(arguments.json, &Value::from(as_json), || {
        for (i, one) in proposals.iter().enumerate() {
            screen.step(i + 1, &one.model.name);
            screen.copyable(&one.profile.id);
            for reason in &one.reasons {
                screen.note(reason);
            }
            screen.note(&one.price.as_ref().map_or_else(|| "its price is unknown".to_owned(), price_in_words));
        }
    });
    Ok(())
}

pub(crate) fn unknown_model(name: &str) -> Failure {
    let names = Catalogue::bundled().models.iter().map(|model| model.alias.as_str());
    let near = names.max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let hint = format!("is {} meant? ccwb models list has all of them", near.unwrap_or("sonnet"));
    Failure::new("model-unknown", exit::CONFIG, format!("no model \"{name}\" is known"), hint)
}

pub(crate) fn unreachable_model(region: &str) -> Failure {
    let message = format!("no Claude model is known that can be called from {region} that way");
    Failure::new("model-unreachable", exit::CONFIG, message, "ccwb models list has the regions and prefixes")
}

fn state(model: &Model, day: &str) -> String {
    model.lifecycle.as_ref().map_or_else(unknown, |lifecycle| lifecycle.state(day).name().to_owned())
}

fn unknown() -> String {
    "?".to_owned()
}

fn thousands(tokens: u64) -> String {
    if tokens.is_multiple_of(1_000_000) { format!("{}M", tokens / 1_000_000) } else { format!("{}K", tokens / 1_000) }
}

/// From micro-dollars for a million tokens; with as many digits as it has, and cents at least.
fn per_million(price: u64) -> String {
    let digits = (2..6).find(|digits| price.is_multiple_of(10_u64.pow(6 - digits))).unwrap_or(6);
    format!("{:.*}", digits as usize, Usd::from_pico(i128::from(price) * 1_000_000))
}

/// Whether calls fail by now.
pub(crate) fn has_ended(model: &Model) -> bool {
    model.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.state(&today()) == State::Ended)
}

/// What somebody has to know who builds on a model that has ended or will.
pub(crate) fn warning(model: &Model, day: &str) -> Option<String> {
    let lifecycle = model.lifecycle.as_ref()?;
    let end = lifecycle.end_of_life.as_deref().unwrap_or("a day that is not known");
    match lifecycle.state(day) {
        State::Active => None,
        State::Legacy => {
            Some(format!("{} is legacy on Bedrock, for who uses it already; it ends on {end}", model.name))
        }
        State::Ended => Some(format!("{} ended on Bedrock on {end}: calls fail", model.name)),
    }
}

fn price_in_words(price: &Price) -> String {
    format!(
        "{} a million in, {} out; cache: {} read, {} written for 5 minutes, {} for an hour",
        per_million(price.input),
        per_million(price.output),
        per_million(price.cache_read),
        per_million(price.cache_write_5m),
        per_million(price.cache_write_1h),
    )
}

fn of_model(model: &Model, profiles: &[&InferenceProfile], day: &str) -> Value {
    json!({
        "alias": model.alias, "name": model.name, "id": model.id, "tier": model.tier.name(),
        "source": model.source, "as_of": model.as_of,
        "limits": model.limits.as_ref().map(|limits| json!({
            "context_window": limits.context_window, "max_output": limits.max_output, "source": limits.source, "as_of": limits.as_of,
        })),
        "lifecycle": model.lifecycle.as_ref().map(|lifecycle| json!({
            "state": lifecycle.state(day).name(), "launched": lifecycle.launched, "legacy_since": lifecycle.legacy_since,
            "not_before": lifecycle.not_before, "end_of_life": lifecycle.end_of_life,
            "source": lifecycle.source, "as_of": lifecycle.as_of,
        })),
        "inference_profiles": profiles.iter().map(|profile| of_profile(profile)).collect::<Vec<_>>(),
    })
}

/// `destinations` is `null` where any commercial region may serve.
fn of_profile(profile: &InferenceProfile) -> Value {
    json!({
        "id": profile.id, "prefix": profile.prefix, "sources": profile.sources, "destinations": profile.destinations,
        "price": Prices::bundled().of(&profile.id).as_ref().map(of_price), "source": profile.source, "as_of": profile.as_of,
    })
}

/// US dollars for a million tokens.
fn of_price(price: &Price) -> Value {
    let usd = |micro: u64| Usd::from_pico(i128::from(micro) * 1_000_000).exact();
    json!({
        "input": usd(price.input), "output": usd(price.output), "cache_read": usd(price.cache_read),
        "cache_write_5m": usd(price.cache_write_5m), "cache_write_1h": usd(price.cache_write_1h),
        "batch_input": usd(price.batch_input), "batch_output": usd(price.batch_output),
        "source": price.source, "as_of": price.as_of,
    })
}
