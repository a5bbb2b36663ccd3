//! What a process holds that reads from a keyring, as `leaks_memory` of the contracts tests has it for the session file.

use ccwb_tests::leaks::{Secret, held};
use ccwb_tests::memory::Stuck;
use ccwb_tests::part::{SecretService, SecretServiceMode, as_root};
use serde_json::Value;

use super::credentials::credentials;
use super::machine::Machine;

fn secret(of: &Value, name: &str) -> Secret {
    Secret::new(name, of[name].as_str().unwrap_or_else(|| panic!("no {name}")))
}

/// An item that is read is in the heap of libdbus as well, which is not ours to wipe: with the ID token comes the refresh
/// token. Items that are not read are nowhere.
#[test]
#[ignore = "needs gnome-keyring"]
fn who_prints_a_secret_from_the_keyring_holds_that_item_and_no_other() {
    as_root(|| {
        let mut machine = Machine::new("Memory", "keyring");
        let Some(_session) = SecretService::start(&mut machine.home, SecretServiceMode::Unlocked) else { return };
        let given = credentials(&machine.run(&[]));
        let tokens = machine.lookup("tokens").success().json();
        let aws = ["SecretAccessKey", "SessionToken"].map(|name| secret(&given, name));
        let of_provider = ["id_token", "refresh_token"].map(|name| secret(&tokens, name));
        let hit = Stuck::start(machine.home.credential_process(&[])).dump(&aws[0]);
        assert!(held(&of_provider, &hit).is_empty(), "{:?}", held(&of_provider, &hit));
        let token = Stuck::start(machine.home.credential_process(&["token"])).dump(&of_provider[0]);
        assert!(held(&aws, &token).is_empty(), "{:?}", held(&aws, &token));
    });
}
