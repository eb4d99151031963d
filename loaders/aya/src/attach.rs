// SPDX-License-Identifier: Apache-2.0

//! One program of each kind on what every guest has: loopback, a cgroup without members, a socket, the namespace.

use std::fs::{create_dir_all, File};
use std::net::UdpSocket;

use aya::programs::{
    tc, CgroupAttachMode, CgroupSkbAttachType, Program, ProgramError, TcAttachType, XdpFlags,
};

use crate::sections::target;

const LOOPBACK: &str = "lo";
const CGROUP: &str = "/sys/fs/cgroup/bpfcompat-loader";

/// Attached, skipped with a reason, or rejected.
pub enum Attached {
    Yes,
    Skipped(String),
    No(ProgramError),
}

impl<T> From<Result<T, ProgramError>> for Attached {
    fn from(result: Result<T, ProgramError>) -> Self {
        match result {
            Ok(_) => Attached::Yes,
            Err(error) => Attached::No(error),
        }
    }
}

fn cgroup() -> Result<File, ProgramError> {
    create_dir_all(CGROUP)?;
    Ok(File::open(CGROUP)?)
}

pub fn attach(program: &mut Program, section: &str) -> (&'static str, Attached) {
    let to = target(section);
    let single = CgroupAttachMode::Single;
    match program {
        Program::KProbe(_) | Program::TracePoint(_) | Program::RawTracePoint(_)
            if to.is_empty() =>
        {
            ("", Attached::Skipped("the section names no target".into()))
        }
        Program::KProbe(p) => ("kprobe", p.attach(to, 0).into()),
        Program::TracePoint(p) => match to.split_once('/') {
            Some((category, name)) => ("tracepoint", p.attach(category, name).into()),
            None => (
                "",
                Attached::Skipped("the section names no tracepoint".into()),
            ),
        },
        Program::RawTracePoint(p) => ("raw_tracepoint", p.attach(to).into()),
        Program::Lsm(p) => ("lsm", p.attach().into()),
        Program::BtfTracePoint(p) => ("tracing", p.attach().into()),
        Program::FEntry(p) => ("tracing", p.attach().into()),
        Program::FExit(p) => ("tracing", p.attach().into()),
        Program::Xdp(p) => ("xdp", p.attach(LOOPBACK, XdpFlags::SKB_MODE).into()),
        Program::SchedClassifier(p) => {
            // There already: what counts is the attach.
            let _ = tc::qdisc_add_clsact(LOOPBACK);
            ("tc", p.attach(LOOPBACK, TcAttachType::Ingress).into())
        }
        Program::SocketFilter(p) => {
            let socket = UdpSocket::bind("127.0.0.1:0").map_err(ProgramError::from);
            (
                "socket",
                socket
                    .and_then(|socket| p.attach(&socket).inspect(|_| std::mem::forget(socket)))
                    .into(),
            )
        }
        Program::SkLookup(p) => {
            let namespace = File::open("/proc/self/ns/net").map_err(ProgramError::from);
            (
                "netns",
                namespace.and_then(|namespace| p.attach(namespace)).into(),
            )
        }
        Program::CgroupSkb(p) => {
            let side = if section.contains("egress") {
                CgroupSkbAttachType::Egress
            } else {
                CgroupSkbAttachType::Ingress
            };
            (
                "cgroup",
                cgroup()
                    .and_then(|cgroup| p.attach(cgroup, side, single))
                    .into(),
            )
        }
        Program::CgroupSock(p) => (
            "cgroup",
            cgroup().and_then(|cgroup| p.attach(cgroup, single)).into(),
        ),
        Program::CgroupSockAddr(p) => (
            "cgroup",
            cgroup().and_then(|cgroup| p.attach(cgroup, single)).into(),
        ),
        Program::CgroupSockopt(p) => (
            "cgroup",
            cgroup().and_then(|cgroup| p.attach(cgroup, single)).into(),
        ),
        Program::CgroupSysctl(p) => (
            "cgroup",
            cgroup().and_then(|cgroup| p.attach(cgroup, single)).into(),
        ),
        Program::CgroupDevice(p) => (
            "cgroup",
            cgroup().and_then(|cgroup| p.attach(cgroup, single)).into(),
        ),
        Program::SockOps(p) => (
            "cgroup",
            cgroup().and_then(|cgroup| p.attach(cgroup, single)).into(),
        ),
        other => {
            let reason = format!(
                "this loader attaches no programs of type {:?}",
                other.prog_type()
            );
            ("", Attached::Skipped(reason))
        }
    }
}
