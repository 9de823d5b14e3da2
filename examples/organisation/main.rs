//! Writes a synthetic organisation as CloudFormation: `organisation FOLDER ACCOUNTS [SEED]`; or the same one as it stands in its
//! accounts, in answers of the AWS CLI: `organisation FOLDER ACCOUNTS [SEED] --dumps`.
//!
//! Each account has a folder of stacks, and `fedlint.yaml` says which account that is; or a folder as `fedlint collect` makes it,
//! about 3 MB each. What it is made of is checked
//! and printed: 1,000 roles an account, each with a name of its own; a fifth as many distinct trust policies and three
//! tenths as many distinct sets of permissions, where the own account counts as equal; a twentieth of the roles may
//! assume every role; a hundredth has a denial and a hundredth a boundary; and in each account chains of two to five
//! hops begin, from a workflow at GitHub through the accounts that follow.

#![expect(clippy::print_stdout, reason = "says what it made")]

mod account;
mod dump;
mod names;
mod permissions;
mod random;
mod template;
mod trusts;

use std::collections::BTreeSet;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

use account::{ASSUMING_ALL, CHAINS, LIMITED, NEW_PERMISSIONS, NEW_TRUSTS, ROLES};
use random::Random;

/// What was written. Of what there is much only the hashes are kept.
#[derive(Debug, Default)]
struct Made {
    roles: usize,
    names: BTreeSet<u64>,
    trusts: BTreeSet<u64>,
    permissions: BTreeSet<u64>,
    assuming_all: usize,
    denying: usize,
    bounded: usize,
    files: usize,
    bytes: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (options, arguments): (Vec<String>, Vec<String>) =
        env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let (dumps, [folder, accounts, seed @ ..]) = (options == ["--dumps"], arguments.as_slice()) else {
        return Err("usage: organisation FOLDER ACCOUNTS [SEED] [--dumps]".into());
    };
    if !(options.is_empty() || dumps) {
        return Err(format!("there is no option {}", options.join(" ")).into());
    }
    let (accounts, seed) = (accounts.parse()?, seed.first().map_or(Ok(1), |seed| seed.parse())?);
    let made = write(Path::new(folder), accounts, seed, dumps)?;
    println!("{} accounts, {} files, {} bytes, {} roles", accounts, made.files, made.bytes, made.roles);
    let checks = [
        ("names", made.names.len(), ROLES),
        ("trust policies", made.trusts.len(), NEW_TRUSTS),
        ("sets of permissions", made.permissions.len(), NEW_PERMISSIONS),
        ("may assume every role", made.assuming_all, ASSUMING_ALL),
        ("with a denial", made.denying, LIMITED),
        ("with a boundary", made.bounded, LIMITED),
    ];
    for (what, count, each) in checks {
        println!("{what}: {count}");
        if count != each * accounts {
            return Err(format!("there should be {} {what}", each * accounts).into());
        }
    }
    println!("chains of {CHAINS:?} hops: {accounts} of each");
    Ok(())
}

/// Writes the accounts and the settings.
fn write(folder: &Path, accounts: usize, seed: u64, dumps: bool) -> Result<Made, Box<dyn Error>> {
    let mut made = Made::default();
    for number in 0..accounts {
        let mut random = Random(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let roles = account::roles(number, accounts, &mut random);
        let path: PathBuf = folder.join("accounts");
        if dumps {
            let written = dump::write(&path, number, accounts, &roles)?;
            made.files += written.files;
            made.bytes += written.bytes;
        } else {
            let path = path.join(names::account(number));
            fs::create_dir_all(&path)?;
            for (name, text) in account::stacks(number, &roles, &mut random) {
                made.files += 1;
                made.bytes += text.len() as u64;
                fs::write(path.join(name), text)?;
            }
        }
        for role in roles {
            made.roles += 1;
            made.assuming_all += usize::from(role.permissions.assumes_all);
            made.denying += usize::from(role.permissions.denies);
            made.bounded += usize::from(role.permissions.bounded);
            made.permissions.insert(hash(&role.permissions.key()));
            made.trusts.insert(hash(&role.trust_key));
            made.names.insert(hash(&role.name));
        }
    }
    let own: Vec<String> = (0..accounts).map(|number| format!("\"{}\"", names::account(number))).collect();
    let mut settings = format!("accounts:\n  own: [{}]\n  vendors: [\"464622532012\"]\n", own.join(", "));
    settings.push_str("issuers:\n  own: [https://gitlab.example.com]\ntoday: 2026-11-25\n");
    if !dumps {
        settings.push_str("deployments:\n");
    }
    for account in (0..accounts).map(names::account).filter(|_| !dumps) {
        settings.push_str(&format!(
            "  \"accounts/{account}/**\": {{ account: \"{account}\", region: eu-west-1 }}\n"
        ));
    }
    fs::write(folder.join("fedlint.yaml"), settings)?;
    Ok(made)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
