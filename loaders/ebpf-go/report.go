// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"sort"
	"strings"
	"syscall"

	"github.com/cilium/ebpf"
)

const (
	pass    = "pass"
	fail    = "fail"
	skipped = "skipped"

	maxError = 4000
	// The verifier's last words matter most; the whole report has to fit into what a guest may print.
	maxLog     = 64 * 1024
	maxEntries = 512
)

type step struct {
	Status string `json:"status"`
	Errno  int    `json:"errno"`
	Error  string `json:"error"`
}

type loadStep struct {
	step
	// What was rejected: a program, a map, or nothing that the library names.
	Kind        string `json:"kind"`
	Subject     string `json:"subject"`
	VerifierLog string `json:"verifier_log"`
}

type programFacts struct {
	Name    string `json:"name"`
	Section string `json:"section"`
	Type    string `json:"type"`
	Loaded  bool   `json:"loaded"`
}

type mapFacts struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	KeySize    uint32 `json:"key_size"`
	ValueSize  uint32 `json:"value_size"`
	MaxEntries uint32 `json:"max_entries"`
	Flags      uint32 `json:"flags"`
}

type attachStep struct {
	step
	Program string `json:"program"`
	Section string `json:"section"`
	Method  string `json:"method"`
	Reason  string `json:"reason"`
}

type report struct {
	Format   string         `json:"format"`
	Loader   string         `json:"loader"`
	Version  string         `json:"version"`
	Open     step           `json:"open"`
	Load     loadStep       `json:"load"`
	Programs []programFacts `json:"programs"`
	Maps     []mapFacts     `json:"maps"`
	Attach   []attachStep   `json:"attach"`
}

func newReport(version string) *report {
	return &report{
		Format:   "bpfcompat.loader.v1",
		Loader:   "ebpf-go",
		Version:  strings.TrimPrefix(version, "v"),
		Load:     loadStep{step: step{Status: skipped}},
		Programs: []programFacts{},
		Maps:     []mapFacts{},
		Attach:   []attachStep{},
	}
}

func (r *report) loaded() bool { return r.Load.Status == pass }

func (r *report) opened(spec *ebpf.CollectionSpec, err error) {
	r.Open = stepOf(err)
	if spec == nil {
		return
	}
	for _, name := range sortedKeys(spec.Programs) {
		program := spec.Programs[name]
		r.Programs = append(r.Programs, programFacts{Name: name, Section: program.SectionName, Type: program.Type.String()})
	}
	for _, name := range sortedKeys(spec.Maps) {
		m := spec.Maps[name]
		r.Maps = append(r.Maps, mapFacts{name, m.Type.String(), m.KeySize, m.ValueSize, m.MaxEntries, m.Flags})
	}
	r.Programs = r.Programs[:min(len(r.Programs), maxEntries)]
	r.Maps = r.Maps[:min(len(r.Maps), maxEntries)]
}

func (r *report) accepted(collection *ebpf.Collection) {
	r.Load.step = step{Status: pass}
	for i := range r.Programs {
		_, r.Programs[i].Loaded = collection.Programs[r.Programs[i].Name]
	}
}

func (r *report) rejected(spec *ebpf.CollectionSpec, err error) {
	r.Load.step = stepOf(err)
	r.Load.Kind, r.Load.Subject = subjectOf(spec, err.Error())
	var rejection *ebpf.VerifierError
	if errors.As(err, &rejection) {
		r.Load.VerifierLog = tail(strings.Join(rejection.Log, "\n"), maxLog)
	}
}

func (r *report) attached(program *ebpf.ProgramSpec, name, method, reason string, err error) {
	entry := attachStep{step: stepOf(err), Program: name, Section: program.SectionName, Method: method, Reason: reason}
	if reason != "" {
		entry.Status = skipped
	}
	r.Attach = append(r.Attach, entry)
}

func stepOf(err error) step {
	if err == nil {
		return step{Status: pass}
	}
	s := step{Status: fail, Error: head(err.Error(), maxError)}
	var number syscall.Errno
	if errors.As(err, &number) {
		s.Errno = -int(number)
	}
	return s
}

// The library names what failed at the beginning of its error: "program NAME: ..." or "map NAME: ...". The longest name wins, as
// one may begin with another.
func subjectOf(spec *ebpf.CollectionSpec, text string) (kind, name string) {
	for candidate := range spec.Programs {
		if len(candidate) > len(name) && strings.Contains(text, "program "+candidate+": ") {
			kind, name = "program", candidate
		}
	}
	if name != "" {
		return kind, name
	}
	for candidate := range spec.Maps {
		if len(candidate) > len(name) && strings.Contains(text, "map "+candidate+": ") {
			kind, name = "map", candidate
		}
	}
	return kind, name
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func head(text string, size int) string { return text[:min(len(text), size)] }

func tail(text string, size int) string { return text[max(0, len(text)-size):] }
