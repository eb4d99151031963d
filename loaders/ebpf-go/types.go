// SPDX-License-Identifier: Apache-2.0

//go:build !ebpf_global_types

package main

import (
	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
)

var kernelTypes *btf.Cache

func readKernelTypes() {
	cache := btf.NewCache()
	if _, err := cache.Kernel(); err == nil {
		kernelTypes = cache
	}
}

// The library reads the kernel's types for each load where it is not given those that were read before.
func withKernelTypes(options ebpf.CollectionOptions) ebpf.CollectionOptions {
	options.Cache = kernelTypes
	return options
}
