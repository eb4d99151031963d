// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/rlimit"
)

// One object is loaded, and then this program ends: what it does not need any more is not looked for before it has that much.
const collectFrom = 256 << 20

// Flags of maps, as the kernel's uapi/linux/bpf.h has them: BPF_F_RDONLY_PROG and BPF_F_MMAPABLE.
const (
	readOnly = 1 << 7
	mappable = 1 << 10
)

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

// A function with types, as a compiler makes it, which reads memory of the kernel.
func trialCode() asm.Instructions {
	returned := &btf.Int{Name: "int", Size: 4, Encoding: btf.Signed}
	function := &btf.Func{Name: "trial", Type: &btf.FuncProto{Return: returned}, Linkage: btf.GlobalFunc}
	return asm.Instructions{
		btf.WithFuncMetadata(asm.Mov.Reg(asm.R1, asm.R10), function),
		asm.Add.Imm(asm.R1, -8),
		asm.Mov.Imm(asm.R2, 4),
		asm.Mov.Imm(asm.R3, 0),
		asm.FnProbeReadKernel.Call(),
		asm.Mov.Imm(asm.R0, 0),
		asm.Return(),
	}
}

// The library finds out by trying what a kernel can do, when it first needs to know, and remembers it.
func learnKernel() {
	// The same error comes back when there is an object.
	_ = rlimit.RemoveMemlock()
	readKernelTypes()
	code := trialCode()
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
	for _, trial := range []ebpf.MapSpec{
		{Type: ebpf.Hash},
		{Type: ebpf.Array},
		// As constants and variables of an object are.
		{Type: ebpf.Array, Flags: readOnly},
		{Type: ebpf.Array, Flags: mappable},
	} {
		trial.Name, trial.KeySize, trial.ValueSize, trial.MaxEntries = "trial", 4, 4, 1
		if m, err := ebpf.NewMap(&trial); err == nil {
			m.Close()
		}
	}
	// Finds out how a report is written, too.
	_ = json.NewEncoder(io.Discard).Encode(newReport(libraryVersion()))
	runtime.GC()
}
