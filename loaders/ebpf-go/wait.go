// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/rlimit"
)

// One object is loaded, and then this program ends: what it does not need any more is not looked for before it has that much.
const collectFrom = 256 << 20

// waitForObject learns what is the same for every object on this kernel, says that it is ready with one byte, and reads what its
// arguments would have been. False when there is nothing to do any more.
func waitForObject() (path, mode string, more bool) {
	learnKernel()
	debug.SetMemoryLimit(collectFrom)
	debug.SetGCPercent(-1)
	if _, err := os.Stdout.Write([]byte{'\n'}); err != nil {
		return "", "", false
	}
	told, err := io.ReadAll(io.LimitReader(os.Stdin, math.MaxUint16))
	words := strings.Split(string(told), "\x00")
	if err != nil || len(words) != 3 {
		return "", "", false
	}
	return words[0], words[1], true
}

// The library finds out by trying what a kernel can do, when it first needs to know, and remembers it.
func learnKernel() {
	// The same error comes back when there is an object.
	_ = rlimit.RemoveMemlock()
	readKernelTypes()
	code := asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()}
	for _, trial := range []ebpf.ProgramSpec{
		{Name: "trial", Type: ebpf.SocketFilter},
		{Name: "trial", Type: ebpf.Kprobe},
		{Name: "trial", Type: ebpf.Tracing, AttachType: ebpf.AttachTraceFEntry, AttachTo: "vfs_read"},
	} {
		trial.Instructions, trial.License = code, "GPL"
		if program, err := ebpf.NewProgram(&trial); err == nil {
			program.Close()
		}
	}
	for _, kind := range []ebpf.MapType{ebpf.Array, ebpf.Hash} {
		trial := ebpf.MapSpec{Name: "trial", Type: kind, KeySize: 4, ValueSize: 4, MaxEntries: 1}
		if m, err := ebpf.NewMap(&trial); err == nil {
			m.Close()
		}
	}
	runtime.GC()
}
