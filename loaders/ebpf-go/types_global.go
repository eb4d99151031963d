// SPDX-License-Identifier: Apache-2.0

//go:build ebpf_global_types

package main

import (
	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
)

// Older versions keep the kernel's types by themselves.
func readKernelTypes() { _, _ = btf.LoadKernelSpec() }

func withKernelTypes(options ebpf.CollectionOptions) ebpf.CollectionOptions { return options }
