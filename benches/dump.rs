//! The details of an account with very many roles, read from disk to the model: how fast, and in how much memory.
//!
//! `cargo bench --bench dump` writes the file as the AWS CLI prints it, then starts itself to read it, so that what it took
//! to write it is not counted.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark for people reads what the system says of its own process"
)]

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use fedlint::scan::{Request, model_of};
use fedlint::settings::Settings;
use fedlint::source::Sources;
use fedlint::value::Vocabulary;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROLES: usize = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("details.json");
    if let Some(threads) = arguments.iter().position(|argument| argument == "--read") {
        read(&path, arguments[threads + 1].parse().unwrap());
        return;
    }
    if !path.is_file() {
        write(&path).unwrap();
    }
    let length = path.metadata().unwrap().len() as f64;
    println!("{ROLES} roles, {:.0} MB", length / 1e6);
    let mut best: Option<(f64, f64)> = None;
    for _ in 0..3 {
        let out = Command::new(&arguments[0]).args(["--read", "2"]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let numbers: Vec<f64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
        let [seconds, resident] = numbers[..] else { panic!("{text}") };
        if best.is_none_or(|(known, _)| seconds < known) {
            best = Some((seconds, resident));
        }
    }
    let (seconds, resident) = best.unwrap();
    println!("details to model, MB/s on two threads\t{:.0}\tat least 200", length / 1e6 / seconds);
    println!("details to model, peak resident / file\t{:.2}\tat most 0.6", resident / length);
}

/// Reads the file to its model, and prints seconds and the most bytes that were resident.
fn read(path: &Path, threads: usize) {
    let (sources, vocabulary, start) = (Sources::default(), Vocabulary::default(), Instant::now());
    let request = Request { paths: vec![PathBuf::from(path)], threads, ..Request::default() };
    let model = model_of(&sources, request, &Settings::default(), &vocabulary);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(model.roles.len(), ROLES);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{seconds} {}", kilobytes * 1024.0);
}

/// Writes the details: a fifth as many distinct trust policies as roles, and three tenths as many distinct inline policies.
fn write(path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    write!(out, "{{\n    \"UserDetailList\": [],\n    \"GroupDetailList\": [],\n    \"RoleDetailList\": [")?;
    for number in 0..ROLES {
        let comma = if number == 0 { "" } else { "," };
        let account = "111122223333";
        let (trust, permissions) = (number / 5, number * 3 / 10);
        write!(
            out,
            r#"{comma}
        {{
            "Path": "/teams/{team}/",
            "RoleName": "service-{number}-deployment",
            "RoleId": "AROAEXAMPLE{number:010}",
            "Arn": "arn:aws:iam::{account}:role/teams/{team}/service-{number}-deployment",
            "CreateDate": "2024-03-01T09:{minute:02}:00+00:00",
            "AssumeRolePolicyDocument": {{
                "Version": "2012-10-17",
                "Statement": [
                    {{
                        "Effect": "Allow",
                        "Principal": {{
                            "Federated": "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"
                        }},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {{
                            "StringEquals": {{
                                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                                "token.actions.githubusercontent.com:sub": "repo:acme/service-{trust}:ref:refs/heads/main"
                            }}
                        }}
                    }}
                ]
            }},
            "InstanceProfileList": [],
            "RolePolicyList": [
                {{
                    "PolicyName": "deployment",
                    "PolicyDocument": {{
                        "Version": "2012-10-17",
                        "Statement": [
                            {{
                                "Effect": "Allow",
                                "Action": [
                                    "s3:GetObject",
                                    "s3:PutObject"
                                ],
                                "Resource": "arn:aws:s3:::artifacts-{permissions}/*"
                            }},
                            {{
                                "Effect": "Allow",
                                "Action": "lambda:UpdateFunctionCode",
                                "Resource": "arn:aws:lambda:eu-west-1:{account}:function:service-{permissions}"
                            }}
                        ]
                    }}
                }}
            ],
            "AttachedManagedPolicies": [
                {{
                    "PolicyName": "CloudWatchLogsReadOnlyAccess",
                    "PolicyArn": "arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess"
                }}
            ],
            "Tags": [
                {{
                    "Key": "team",
                    "Value": "team-{team}"
                }},
                {{
                    "Key": "cost-center",
                    "Value": "{number}"
                }}
            ],
            "RoleLastUsed": {{
                "LastUsedDate": "2026-03-01T09:{minute:02}:00+00:00",
                "Region": "eu-west-1"
            }}
        }}"#,
            team = number % 100,
            minute = number % 60,
        )?;
    }
    write!(out, "\n    ],\n    \"Policies\": []\n}}\n")?;
    out.flush()
}
