// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"net"
	"os"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

const (
	loopback   = 1
	cgroupPath = "/sys/fs/cgroup/bpfcompat-loader"
)

// attachment says how one program was attached. A reason means that it was not tried.
type attachment struct {
	method string
	reason string
	err    error
	// Closed only when this program ends.
	link link.Link
}

func skip(reason string) attachment { return attachment{reason: reason} }

func by(method string) func(link.Link, error) attachment {
	return func(l link.Link, err error) attachment { return attachment{method: method, err: err, link: l} }
}

func attachAll(report *report, spec *ebpf.CollectionSpec, collection *ebpf.Collection) {
	var links []attachment
	for _, name := range sortedKeys(spec.Programs) {
		program, found := collection.Programs[name]
		if !found {
			continue
		}
		done := attachOne(spec.Programs[name], program)
		links = append(links, done)
		report.attached(spec.Programs[name], name, done.method, done.reason, done.err)
	}
	// What is not held any more is detached by the collector.
	held = links
}

var held []attachment

func attachOne(spec *ebpf.ProgramSpec, program *ebpf.Program) attachment {
	switch spec.Type {
	case ebpf.Kprobe:
		return attachProbe(spec, program)
	case ebpf.TracePoint:
		group, name, found := strings.Cut(spec.AttachTo, "/")
		if !found {
			return skip("the section names no tracepoint")
		}
		return by("tracepoint")(link.Tracepoint(group, name, program, nil))
	case ebpf.RawTracepoint, ebpf.RawTracepointWritable:
		if spec.AttachTo == "" {
			return skip("the section names no tracepoint")
		}
		return by("raw_tracepoint")(link.AttachRawTracepoint(link.RawTracepointOptions{Name: spec.AttachTo, Program: program}))
	case ebpf.Tracing:
		if spec.AttachType == ebpf.AttachTraceIter {
			l, err := link.AttachIter(link.IterOptions{Program: program})
			if err != nil {
				return attachment{method: "iter", err: err}
			}
			return attachment{method: "iter", link: l}
		}
		return by("tracing")(link.AttachTracing(link.TracingOptions{Program: program}))
	case ebpf.LSM:
		return attachLSM(spec, program)
	case ebpf.XDP:
		return attachXDP(spec, program)
	case ebpf.SchedCLS:
		return by("tcx")(link.AttachTCX(link.TCXOptions{Interface: loopback, Program: program, Attach: ebpf.AttachTCXIngress}))
	case ebpf.SocketFilter:
		return attachSocket(program)
	case ebpf.SkLookup, ebpf.FlowDissector:
		return attachNamespace(program)
	case ebpf.CGroupSKB, ebpf.CGroupSock, ebpf.CGroupSockAddr, ebpf.CGroupDevice, ebpf.CGroupSysctl, ebpf.CGroupSockopt,
		ebpf.SockOps:
		return attachCgroup(spec, program)
	default:
		return skip("this loader attaches no programs of type " + spec.Type.String())
	}
}

func attachProbe(spec *ebpf.ProgramSpec, program *ebpf.Program) attachment {
	kind, _, _ := strings.Cut(strings.TrimSuffix(spec.SectionName, ".s"), "/")
	if spec.AttachTo == "" {
		return skip("the section names no function")
	}
	switch kind {
	case "kprobe":
		return by("kprobe")(link.Kprobe(spec.AttachTo, program, nil))
	case "kretprobe":
		return by("kretprobe")(link.Kretprobe(spec.AttachTo, program, nil))
	case "kprobe.multi", "kretprobe.multi":
		if strings.ContainsAny(spec.AttachTo, "*?") {
			return skip("the library takes lists of functions, not patterns")
		}
		options := link.KprobeMultiOptions{Symbols: []string{spec.AttachTo}}
		if kind == "kprobe.multi" {
			return by("kprobe.multi")(link.KprobeMulti(program, options))
		}
		return by("kretprobe.multi")(link.KretprobeMulti(program, options))
	default:
		return skip("this loader attaches no programs of section " + kind)
	}
}

func attachLSM(spec *ebpf.ProgramSpec, program *ebpf.Program) attachment {
	if spec.AttachType == ebpf.AttachLSMCgroup {
		return attachCgroup(spec, program)
	}
	return by("lsm")(link.AttachLSM(link.LSMOptions{Program: program}))
}

func attachXDP(spec *ebpf.ProgramSpec, program *ebpf.Program) attachment {
	if spec.AttachType != ebpf.AttachXDP && spec.AttachType != ebpf.AttachNone {
		return skip("it is attached through a map")
	}
	options := link.XDPOptions{Program: program, Interface: loopback, Flags: link.XDPGenericMode}
	return by("xdp")(link.AttachXDP(options))
}

func attachSocket(program *ebpf.Program) attachment {
	connection, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err == nil {
		err = link.AttachSocketFilter(connection, program)
	}
	return attachment{method: "socket", err: err}
}

func attachNamespace(program *ebpf.Program) attachment {
	namespace, err := os.Open("/proc/self/ns/net")
	if err != nil {
		return attachment{method: "netns", err: err}
	}
	defer namespace.Close()
	l, err := link.AttachNetNs(int(namespace.Fd()), program)
	if err != nil {
		return attachment{method: "netns", err: err}
	}
	return attachment{method: "netns", link: l}
}

func attachCgroup(spec *ebpf.ProgramSpec, program *ebpf.Program) attachment {
	if spec.AttachType == ebpf.AttachNone && spec.Type != ebpf.CGroupSKB && spec.Type != ebpf.CGroupSock {
		return skip("the section names no attach type")
	}
	if err := os.Mkdir(cgroupPath, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return attachment{method: "cgroup", err: err}
	}
	return by("cgroup")(link.AttachCgroup(link.CgroupOptions{Path: cgroupPath, Attach: spec.AttachType, Program: program}))
}
