// SPDX-License-Identifier: Apache-2.0

// Command ebpf-go loads and attaches one BPF object with github.com/cilium/ebpf, as a program that uses this library would,
// and prints what happened as one line of JSON (docs/loaders.md).
//
// Usage: ebpf-go OBJECT attach|load
// or ebpf-go wait, to learn about the kernel first and to read the arguments then.
//
// It ends with 0 when the object was loaded, with 2 when it was rejected.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
)

const (
	library      = "github.com/cilium/ebpf"
	exitRejected = 2
)

func main() {
	arguments := os.Args[1:]
	if len(arguments) == 1 && arguments[0] == "wait" {
		path, mode, more := waitForObject()
		if !more {
			return
		}
		arguments = []string{path, mode}
	}
	if len(arguments) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ebpf-go OBJECT attach|load")
		os.Exit(1)
	}
	report := newReport(libraryVersion())
	run(report, arguments[0], arguments[1] == "attach")
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if !report.loaded() {
		os.Exit(exitRejected)
	}
}

// What was linked in, whatever file of the module named it.
func libraryVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == library {
			return module.Version
		}
	}
	return ""
}

// Where libbpf pins maps by default.
const bpffs = "/sys/fs/bpf"

// A program has to name the directory of maps that are pinned by name; the library has no default.
func optionsFor(spec *ebpf.CollectionSpec) ebpf.CollectionOptions {
	for _, m := range spec.Maps {
		if m.Pinning == ebpf.PinByName {
			return ebpf.CollectionOptions{Maps: ebpf.MapOptions{PinPath: bpffs}}
		}
	}
	return ebpf.CollectionOptions{}
}

func run(report *report, path string, attaches bool) {
	spec, err := ebpf.LoadCollectionSpec(path)
	report.opened(spec, err)
	if err != nil {
		return
	}
	// Kernels before 5.11 charge BPF memory to this limit; every program that uses the library does this.
	if err := rlimit.RemoveMemlock(); err != nil {
		report.rejected(spec, err)
		return
	}
	collection, err := ebpf.NewCollectionWithOptions(spec, withKernelTypes(optionsFor(spec)))
	if err != nil {
		report.rejected(spec, err)
		return
	}
	report.accepted(collection)
	if attaches {
		attachAll(report, spec, collection)
	}
}
