// SPDX-License-Identifier: Apache-2.0

//! Loads and attaches one BPF object with aya, as a program that uses this library would, and prints what happened as one line of
//! JSON (docs/loaders.md).
//!
//! Usage: aya OBJECT attach|load
//! or aya wait, to learn about the kernel first and to read the arguments then.
//!
//! It ends with 0 when the object was loaded, with 2 when it was rejected.

mod attach;
mod report;
mod sections;
mod wait;

use std::cell::OnceCell;
use std::process::ExitCode;

use aya::programs::Program;
use aya::{Btf, Ebpf, EbpfError, EbpfLoader};
use report::Report;
use sections::Sections;

const EXIT_USAGE: u8 = 1;
const EXIT_REJECTED: u8 = 2;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let kernel = KernelTypes::new();
    let mut loader = None;
    raise_memlock();
    if arguments == ["wait"] {
        loader = Some(wait::learn_kernel(&kernel));
        match wait::for_object() {
            Some(told) => arguments = told,
            None => return ExitCode::SUCCESS,
        }
    }
    let [path, mode] = arguments.as_slice() else {
        eprintln!("usage: aya OBJECT attach|load");
        return ExitCode::from(EXIT_USAGE);
    };
    let data = match std::fs::read(path) {
        Ok(data) => data,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let mut report = Report::new();
    let loader = loader.unwrap_or_else(EbpfLoader::new);
    run(&mut report, &data, mode == "attach", loader, &kernel);
    println!("{}", report.to_json());
    if report.is_loaded() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_REJECTED)
    }
}

/// Kernels before 5.11 charge BPF memory to this limit; every program that uses the library does this. Before anything is
/// tried: what fails for want of memory would count as what the kernel cannot do.
fn raise_memlock() {
    let limit = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the structure lives until the call is back.
    unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit) };
}

fn run(
    report: &mut Report,
    data: &[u8],
    attaches: bool,
    mut loader: EbpfLoader,
    kernel: &KernelTypes,
) {
    let sections = Sections::read(data);
    let mut object = match loader.load(data) {
        Ok(object) => object,
        // What is read and what the kernel is called for are one step of this library.
        Err(
            error @ (EbpfError::ParseError(_)
            | EbpfError::FileError { .. }
            | EbpfError::UnexpectedPinningType { .. }),
        ) => {
            return report.open_failed(&error);
        }
        Err(error) => {
            report.opened();
            return report.object_rejected(&error);
        }
    };
    report.opened();
    // The library keeps both in tables whose order is another one in each process: by name, a report is the same each time.
    let mut maps: Vec<_> = object.maps().collect();
    maps.sort_by_key(|(name, _)| *name);
    for (name, map) in maps {
        report.map(name, map);
    }
    load_programs(report, &mut object, &sections, kernel);
    if attaches && report.is_loaded() {
        let mut programs: Vec<_> = object.programs_mut().collect();
        programs.sort_by_key(|(name, _)| *name);
        for (name, program) in programs {
            let section = sections.of(name);
            let (method, result) = attach::attach(program, section);
            report.attached(name, section, method, result);
        }
    }
    // Links and maps live until this program ends.
    std::mem::forget(object);
}

/// Types of the kernel, which a program of this library reads by itself where programs name functions of the kernel.
type KernelTypes = OnceCell<Result<Btf, aya::BtfError>>;

fn load_programs(
    report: &mut Report,
    object: &mut Ebpf,
    sections: &Sections,
    btf: &KernelTypes,
) {
    let mut names: Vec<String> = object.programs().map(|(name, _)| name.to_owned()).collect();
    names.sort();
    for name in names {
        let section = sections.of(&name);
        let Some(program) = object.program_mut(&name) else {
            continue;
        };
        let kind = format!("{:?}", program.prog_type());
        match load(program, sections::target(section), btf) {
            Ok(()) => report.program(&name, section, &kind, true),
            Err(error) => {
                report.program(&name, section, &kind, false);
                report.program_rejected(&name, error.as_ref());
            }
        }
    }
    report.all_loaded();
}

type LoadError = Box<dyn std::error::Error>;

fn load(
    program: &mut Program,
    target: &str,
    btf: &KernelTypes,
) -> Result<(), LoadError> {
    let kernel = || {
        btf.get_or_init(Btf::from_sys_fs)
            .as_ref()
            .map_err(|error| -> LoadError { error.to_string().into() })
    };
    match program {
        Program::Lsm(p) => p.load(target, kernel()?)?,
        Program::BtfTracePoint(p) => p.load(target, kernel()?)?,
        Program::FEntry(p) => p.load(target, kernel()?)?,
        Program::FExit(p) => p.load(target, kernel()?)?,
        Program::Extension(_) => {
            return Err("it replaces a function of a program that its own loader names".into())
        }
        Program::KProbe(p) => p.load()?,
        Program::UProbe(p) => p.load()?,
        Program::TracePoint(p) => p.load()?,
        Program::SocketFilter(p) => p.load()?,
        Program::Xdp(p) => p.load()?,
        Program::SkMsg(p) => p.load()?,
        Program::SkSkb(p) => p.load()?,
        Program::CgroupSockAddr(p) => p.load()?,
        Program::SockOps(p) => p.load()?,
        Program::SchedClassifier(p) => p.load()?,
        Program::CgroupSkb(p) => p.load()?,
        Program::CgroupSysctl(p) => p.load()?,
        Program::CgroupSockopt(p) => p.load()?,
        Program::LircMode2(p) => p.load()?,
        Program::PerfEvent(p) => p.load()?,
        Program::RawTracePoint(p) => p.load()?,
        Program::SkLookup(p) => p.load()?,
        Program::CgroupSock(p) => p.load()?,
        Program::CgroupDevice(p) => p.load()?,
    }
    Ok(())
}
