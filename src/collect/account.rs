//! One account: what is asked first, what the answers lead to, and what is known at the end.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::access::Access;
use super::calls::{DESCRIBE_REGIONS, Scope, calls};
use super::client::Question;
use super::failure::Failure;
use super::layout::{GLOBAL, MANIFEST};
use super::manifest::{Identity, Manifest, NotSeen, Why};
use super::task::{Next, Task};
use super::{Gathered, Progress, Run, is_account, is_word, mask};

/// More calls than this are not made in an account.
const MOST_CALLS: usize = 200_000;

/// Where the accounts of the organisation are listed.
const ACCOUNTS: &str = "organizations/list-accounts.json";

pub(super) struct Account<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) id: String,
    pub(super) partition: &'r str,
    pub(super) access: Access,
}

/// What came of a call.
struct Done {
    task: Task,
    outcome: Result<Answer, Failure>,
    next: Next,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It was there already.
    Kept,
    Written,
}

/// What is known so far.
struct Record {
    manifest: Manifest,
    gathered: Gathered,
    /// The files of all calls that are made, by their paths in the folder of the account.
    asked: HashSet<PathBuf>,
    answered: HashSet<PathBuf>,
    /// How often each operation is asked.
    counts: HashMap<(&'static str, &'static str), usize>,
    /// What a run before has been told that there is not.
    none: HashMap<Identity, String>,
}

impl Account<'_> {
    /// Asks for all there is to know of the account.
    pub(super) fn collect(&self, report: &mut dyn FnMut(Progress<'_>)) -> Gathered {
        let mut record = self.begin();
        match self.gather(&mut record, report) {
            Ok(()) => record.gathered.not_seen = record.manifest.not_seen,
            Err(error) => record.gathered.failed = Some(error.to_string()),
        }
        record.gathered
    }

    /// The other accounts of the organisation, as this one lists them.
    pub(super) fn listed_accounts(&self) -> Result<Vec<String>, String> {
        let path = Path::new(&self.id).join(GLOBAL).join(ACCOUNTS);
        let file = self.run.folder.open(&path);
        let answer: Option<Value> =
            file.ok().and_then(|file| serde_json::from_reader(BufReader::new(file)).ok());
        let Some(answer) = answer else {
            return Err(format!("account {} cannot list the accounts of an organisation", self.id));
        };
        let accounts =
            answer.get("Accounts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text =
            |account: &Value, member: &str| account.get(member).and_then(Value::as_str).map(str::to_owned);
        let mut listed: Vec<String> = accounts
            .iter()
            .filter(|account| {
                let state = text(account, "State").or_else(|| text(account, "Status"));
                state.is_none_or(|state| state == "ACTIVE")
            })
            .filter_map(|account| text(account, "Id"))
            .filter(|id| is_account(id))
            .collect();
        listed.sort_unstable();
        listed.dedup();
        Ok(listed)
    }

    /// What a run before has left.
    fn begin(&self) -> Record {
        let request = self.run.request;
        let now = request.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut manifest = Manifest::new(&self.id, self.partition, &now);
        let mut none = HashMap::new();
        if let Some(before) = Manifest::read(&self.run.folder, &self.id) {
            if !request.refresh {
                for one in before.not_seen.iter().filter(|one| one.why == Why::None) {
                    none.insert(one.identity.clone(), one.message.clone());
                }
                manifest.collected.clone_from(&before.collected);
            }
            manifest.regions = before.regions;
            manifest.files = before.files;
            manifest.not_seen = before.not_seen;
        }
        Record {
            manifest,
            gathered: Gathered { account: self.id.clone(), ..Gathered::default() },
            asked: HashSet::new(),
            answered: HashSet::new(),
            counts: HashMap::new(),
            none,
        }
    }

    fn gather(&self, record: &mut Record, report: &mut dyn FnMut(Progress<'_>)) -> io::Result<()> {
        let folder = &self.run.folder;
        folder.sweep(Path::new(&self.id))?;
        record.manifest.write(folder)?;
        // What is known of other regions stays: they were asked by another run.
        let before = std::mem::take(&mut record.manifest.not_seen);
        let regions = self.regions(record);
        let others = std::mem::take(&mut record.manifest.regions);
        let others: Vec<String> = others.into_iter().filter(|region| !regions.contains(region)).collect();
        let of_others = before.into_iter().filter(|one| others.contains(&one.identity.region));
        record.manifest.not_seen.extend(of_others);
        record.manifest.regions = [regions.clone(), others.clone()].concat();
        record.manifest.regions.sort();
        self.ask_all(record, &regions, report);
        if self.run.request.refresh {
            self.remove_stale(record, &others)?;
        }
        record.manifest.files.retain(|path, _| folder.size_of(&Path::new(&self.id).join(path)).is_some());
        record.doubt_silent_regions();
        record.manifest.finished = !self.run.expired.load(Ordering::Relaxed);
        record.manifest.write(folder)
    }

    /// The regions to ask.
    fn regions(&self, record: &mut Record) -> Vec<String> {
        let request = self.run.request;
        if !request.regions.is_empty() {
            let mut regions = request.regions.clone();
            regions.sort();
            regions.dedup();
            return regions;
        }
        let task = Task::new(DESCRIBE_REGIONS, GLOBAL);
        record.asked.insert(task.path().0);
        let path = self.path(&task);
        let done = self.perform(task, &[], &HashMap::new());
        record.take(done);
        let answer = self.run.folder.open(&path).ok().and_then(|file| read(file).ok());
        let listed = answer.as_ref().and_then(|answer| answer.get("Regions")).and_then(Value::as_array);
        let names = listed.into_iter().flatten().filter_map(|region| region.get("RegionName")?.as_str());
        let mut regions: Vec<String> = names.filter(|name| is_word(name)).map(str::to_owned).collect();
        if regions.is_empty() {
            regions.push(self.run.home.clone());
        }
        regions.sort();
        regions
    }

    /// Makes all calls, several at the same time.
    fn ask_all(&self, record: &mut Record, regions: &[String], report: &mut dyn FnMut(Progress<'_>)) {
        let (to_workers, tasks) = mpsc::channel::<Task>();
        let (to_us, done) = mpsc::channel::<Done>();
        let tasks = Mutex::new(tasks);
        let none = std::mem::take(&mut record.none);
        thread::scope(|scope| {
            for _ in 0..self.run.request.jobs.max(1) {
                let (to_us, tasks, none) = (to_us.clone(), &tasks, &none);
                scope.spawn(move || {
                    let take = || tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    while let Ok(task) = take() {
                        if to_us.send(self.perform(task, regions, none)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(to_us);
            let mut left = 0;
            let add = |record: &mut Record, task: Task, left: &mut usize| {
                if record.admits(&task) && to_workers.send(task).is_ok() {
                    *left += 1;
                }
            };
            for task in self.first_tasks(regions) {
                add(record, task, &mut left);
            }
            while left > 0 {
                // Fails only if all workers are gone.
                let Ok(mut one) = done.recv() else { break };
                left -= 1;
                for task in std::mem::take(&mut one.next.tasks) {
                    add(record, task, &mut left);
                }
                record.take(one);
                let answers = record.answered.len();
                report(Progress { account: &self.id, number: (1, 1), answers, left });
            }
            drop(to_workers);
        });
    }

    /// The calls that nothing comes before.
    fn first_tasks(&self, regions: &[String]) -> Vec<Task> {
        let own = matches!(self.access, Access::Own);
        let mut tasks = Vec::new();
        for call in calls().filter(|call| call.after.is_empty()) {
            match call.scope {
                Scope::Organization if !own => {}
                Scope::Global | Scope::Organization => tasks.push(Task::new(call, GLOBAL)),
                Scope::Regional => tasks.extend(regions.iter().map(|region| Task::new(call, region))),
            }
        }
        tasks
    }

    /// Makes a call, unless its answer is there.
    fn perform(&self, task: Task, regions: &[String], none: &HashMap<Identity, String>) -> Done {
        let outcome = match none.get(&task.identity()) {
            Some(message) => Err(Failure::of(Why::None, message)),
            None => self.ask(&task),
        };
        // Only what something hangs on is held as a tree.
        let leads_further = outcome.is_ok() && self.leads_further(&task);
        let answer = leads_further.then(|| self.run.folder.open(&self.path(&task)).and_then(read));
        let next = match answer {
            Some(Ok(answer)) => task.next(&answer, regions),
            _ => Next::default(),
        };
        Done { task, outcome, next }
    }

    /// Calls that only the account itself can make lead nowhere in others.
    fn leads_further(&self, task: &Task) -> bool {
        let own = matches!(self.access, Access::Own);
        task.call.leads_to().any(|(call, _)| own || call.scope != Scope::Organization)
    }

    fn ask(&self, task: &Task) -> Result<Answer, Failure> {
        let Run { request, client, folder, home, expired } = self.run;
        let path = self.path(task);
        if !request.refresh && folder.open(&path).and_then(check).is_ok() {
            return Ok(Answer::Kept);
        }
        let members = task.request();
        let question = Question {
            service: task.call.service,
            operation: task.call.operation,
            region: if task.region == GLOBAL { home } else { &task.region },
            request: &members,
            page: task.call.page,
            none: task.call.none,
        };
        let mut keep = |answer: &mut dyn io::Read| {
            let mut partial = folder.begin(&path)?;
            mask::copy(answer, &mut partial.file, task.call.removed)?;
            Ok(partial)
        };
        let mut renewed = false;
        loop {
            if expired.load(Ordering::Relaxed) {
                return Err(Failure::of(Why::NotAsked, "the credentials were too old by then"));
            }
            let (credentials, number) = self.access.credentials(client, home)?;
            match client.ask(&question, credentials.as_ref(), &mut keep) {
                // Only now has the program said that it went well.
                Ok(partial) => {
                    return match partial.commit() {
                        Ok(()) => Ok(Answer::Written),
                        Err(error) => {
                            Err(Failure::of(Why::Failed, &format!("the answer cannot be kept: {error}")))
                        }
                    };
                }
                Err(failure) if failure.expired && !renewed && self.access.renew(client, home, number) => {
                    renewed = true;
                }
                Err(failure) => {
                    if failure.expired && matches!(self.access, Access::Own) {
                        expired.store(true, Ordering::Relaxed);
                    }
                    return Err(failure);
                }
            }
        }
    }

    fn path(&self, task: &Task) -> PathBuf {
        Path::new(&self.id).join(task.path().0)
    }

    /// Removes answers that a run before has left and this one did not get again: they are not true any more.
    fn remove_stale(&self, record: &Record, others: &[String]) -> io::Result<()> {
        let folder = &self.run.folder;
        folder.each_file(Path::new(&self.id), &mut |path| {
            let inside = path.strip_prefix(&self.id).unwrap_or(path);
            let is_ours = inside != Path::new(MANIFEST)
                && inside.extension().is_some_and(|extension| extension == "json")
                && is_layout(inside)
                && !others.iter().any(|region| inside.starts_with(region));
            if is_ours && !record.answered.contains(inside) { folder.remove(path) } else { Ok(()) }
        })
    }
}

/// True for a path of the layout, which other files in the folder do not have.
fn is_layout(path: &Path) -> bool {
    let mut parts = path.iter().map(|part| part.to_str().unwrap_or_default());
    let (_, service, operation) = (parts.next(), parts.next(), parts.next());
    let operation = operation.map(|name| name.strip_suffix(".json").unwrap_or(name));
    calls().any(|call| Some(call.service) == service && Some(call.operation) == operation)
}

impl Record {
    /// True for a call that is to be made, and is not yet.
    fn admits(&mut self, task: &Task) -> bool {
        if !self.asked.insert(task.path().0) {
            return false;
        }
        let count = self.counts.entry((task.call.service, task.call.operation)).or_default();
        *count += 1;
        if *count <= task.call.most && self.asked.len() <= MOST_CALLS {
            return true;
        }
        let most = task.call.most.min(MOST_CALLS);
        self.not_seen(task.identity(), Why::NotAsked, format!("more than {most} such calls in one account"));
        false
    }

    /// A region that answers nothing at all is out of reach; only beside answers does silence say that a service is not
    /// there.
    fn doubt_silent_regions(&mut self) {
        let answered = &self.answered;
        for one in self.manifest.not_seen.iter_mut().filter(|one| one.why == Why::Unavailable) {
            if !answered.iter().any(|path| path.starts_with(&one.identity.region)) {
                one.why = Why::Failed;
            }
        }
    }

    /// Notes what came of a call.
    fn take(&mut self, done: Done) {
        let Done { task, outcome, next } = done;
        let (path, cut) = task.path();
        match outcome {
            Ok(answer) => {
                match answer {
                    Answer::Kept => self.gathered.kept += 1,
                    Answer::Written => self.gathered.written += 1,
                }
                if cut {
                    let name = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
                    self.manifest.files.insert(name, task.identity());
                }
                self.answered.insert(path);
            }
            Err(failure) => self.not_seen(task.identity(), failure.why, failure.message),
        }
        for (task, message) in next.left_out {
            self.not_seen(task.identity(), Why::NotAsked, message);
        }
    }

    fn not_seen(&mut self, identity: Identity, why: Why, message: String) {
        self.manifest.not_seen.push(NotSeen { identity, why, message });
    }
}

fn read(file: File) -> io::Result<Value> {
    Ok(serde_json::from_reader(BufReader::new(file))?)
}

/// Sees whether a file is whole.
fn check(file: File) -> io::Result<()> {
    serde_json::from_reader(BufReader::new(file)).map(|IgnoredAny| ())?;
    Ok(())
}
