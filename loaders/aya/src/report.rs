// SPDX-License-Identifier: Apache-2.0

//! What is printed at the end, within the bounds of what a guest may print.

use std::error::Error;

use aya::maps::{Map, MapError};
use aya::programs::ProgramError;
use aya::EbpfError;
use serde_json::{json, Value};

use crate::attach::Attached;

const MAX_ERROR: usize = 4000;
/// The verifier's last words matter most.
const MAX_LOG: usize = 64 * 1024;
const MAX_ENTRIES: usize = 512;
const VERSION: &str = env!("BPFCOMPAT_LIBRARY_VERSION");

#[derive(Clone, Default)]
struct Step {
    status: &'static str,
    errno: i32,
    error: String,
}

impl Step {
    fn failed(error: &dyn Error) -> Self {
        Step {
            status: "fail",
            errno: -errno_of(error).unwrap_or(0),
            error: words_of(error),
        }
    }
}

pub struct Report {
    open: Step,
    load: Step,
    kind: &'static str,
    subject: String,
    verifier_log: String,
    programs: Vec<Value>,
    maps: Vec<Value>,
    attach: Vec<Value>,
}

impl Report {
    pub fn new() -> Self {
        let skipped = Step {
            status: "skipped",
            ..Step::default()
        };
        Report {
            open: skipped.clone(),
            load: skipped,
            kind: "",
            subject: String::new(),
            verifier_log: String::new(),
            programs: Vec::new(),
            maps: Vec::new(),
            attach: Vec::new(),
        }
    }

    pub fn is_loaded(&self) -> bool {
        self.load.status == "pass"
    }

    pub fn open_failed(&mut self, error: &EbpfError) {
        self.open = Step::failed(error);
    }

    pub fn opened(&mut self) {
        self.open.status = "pass";
    }

    pub fn object_rejected(&mut self, error: &EbpfError) {
        self.load = Step::failed(error);
        self.verifier_log = log_of(error);
        if let EbpfError::MapError(MapError::CreateError {
            name,
            code: _,
            io_error,
        }) = error
        {
            self.kind = "map";
            self.subject = name.clone();
            self.load.errno = -io_error.raw_os_error().unwrap_or(0);
        }
    }

    /// The first program that is rejected stands for the object; what the others say is the same step.
    pub fn program_rejected(&mut self, name: &str, error: &(dyn Error + 'static)) {
        if self.load.status == "fail" {
            return;
        }
        self.load = Step::failed(error);
        self.kind = "program";
        self.subject = name.to_owned();
        self.verifier_log = log_of(error);
    }

    pub fn all_loaded(&mut self) {
        if self.load.status != "fail" {
            self.load.status = "pass";
        }
    }

    pub fn program(&mut self, name: &str, section: &str, kind: &str, loaded: bool) {
        if self.programs.len() < MAX_ENTRIES {
            self.programs
                .push(json!({"name": name, "section": section, "type": kind, "loaded": loaded}));
        }
    }

    pub fn map(&mut self, name: &str, map: &Map) {
        if self.maps.len() >= MAX_ENTRIES {
            return;
        }
        let text = format!("{map:?}");
        let kind = text.split('(').next().unwrap_or_default();
        self.maps.push(json!({
            "name": name, "type": kind, "key_size": 0, "value_size": 0, "max_entries": 0, "flags": 0,
        }));
    }

    pub fn attached(&mut self, name: &str, section: &str, method: &str, result: Attached) {
        let (step, reason) = match result {
            Attached::Yes => (
                Step {
                    status: "pass",
                    ..Step::default()
                },
                String::new(),
            ),
            Attached::Skipped(reason) => (
                Step {
                    status: "skipped",
                    ..Step::default()
                },
                reason,
            ),
            Attached::No(error) => (Step::failed(&error), String::new()),
        };
        if self.attach.len() < MAX_ENTRIES {
            self.attach.push(json!({
                "status": step.status, "errno": step.errno, "error": step.error,
                "program": name, "section": section, "method": method, "reason": reason,
            }));
        }
    }

    pub fn to_json(&self) -> Value {
        let step =
            |step: &Step| json!({"status": step.status, "errno": step.errno, "error": step.error});
        let mut load = step(&self.load);
        load["kind"] = json!(self.kind);
        load["subject"] = json!(self.subject);
        load["verifier_log"] = json!(tail(&self.verifier_log, MAX_LOG));
        json!({
            "format": "bpfcompat.loader.v1", "loader": "aya", "version": VERSION,
            "open": step(&self.open), "load": load,
            "programs": self.programs, "maps": self.maps, "attach": self.attach,
        })
    }
}

/// The whole chain, each once: a transparent error repeats what it stands for. The verifier's log has a place of its own.
fn words_of(error: &dyn Error) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(one) = next {
        let text = one.to_string();
        let text = text
            .split(" Verifier output: ")
            .next()
            .unwrap_or_default()
            .to_owned();
        if !words.iter().any(|known| known.contains(&text)) {
            words.push(text);
        }
        next = one.source();
    }
    words.join(": ").chars().take(MAX_ERROR).collect()
}

fn errno_of(error: &dyn Error) -> Option<i32> {
    let text = words_of(error);
    // Errors are borrowed here, so that the number is read from the words that the standard library gives it.
    let (_, rest) = text.rsplit_once("(os error ")?;
    rest.split(')').next()?.parse().ok()
}

fn log_of(error: &(dyn Error + 'static)) -> String {
    let mut next = Some(error);
    while let Some(one) = next {
        if let Some(ProgramError::LoadError { verifier_log, .. }) =
            one.downcast_ref::<ProgramError>()
        {
            return verifier_log.to_string();
        }
        next = one.source();
    }
    String::new()
}

fn tail(text: &str, size: usize) -> &str {
    let mut at = text.len().saturating_sub(size);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    &text[at..]
}
