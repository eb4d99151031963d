# Targets of earlier versions that workflows and habits still name: each does what it says with what there is now, or
# says what takes its place and fails. test/scripts/make-targets.test.ts walks the list.

BPFCOMPAT ?= bin/bpfcompat
acceptance = $(NODE) scripts/acceptance.mjs
matrix-state = $(NODE) scripts/matrix-state.mjs
instead = @echo 'make $@: $(1)' >&2; exit 1

needs-test-vendor := build
needs-serve := run build
needs-runtime-selector-proof := build
needs-runtime-delivery-proof := run build test
$(foreach goal,acceptance acceptance-dev-one acceptance-functional-dev-one acceptance-suite-dev-one \
	acceptance-expanded-runnable acceptance-latest-kernel acceptance-arm64-smoke,$(eval needs-$(goal) := run build))

# --- dependencies ----------------------------------------------------------------------------------------------------

.PHONY: vendor test-vendor
vendor: package-lock.json | setup # all JavaScript packages in a store of this directory
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --cache build/npm-store
test-vendor: vendor build validator examples # the unit tests with no network, on packages out of that store
	@scripts/test-vendor.sh build/npm-store

# --- kernels, where there were disk images ---------------------------------------------------------------------------

.PHONY: vm-ubuntu-22 vm-images vm-images-extended vm-images-tier1 vm-images-latest-kernel
vm-ubuntu-22: build
	@$(BPFCOMPAT) kernels fetch ubuntu-22.04-5.15
vm-images: build
	@$(matrix-state) fetch mvp
vm-images-extended: build
	@$(matrix-state) fetch extended-15
vm-images-tier1: build
	@$(matrix-state) fetch tier1-enterprise-cloud
vm-images-latest-kernel: build
	@$(matrix-state) fetch latest-kernel-sweep

.PHONY: vm-images-expanded-2026 vm-images-expanded-2026-dry-run
vm-images-expanded-2026: build
	@$(matrix-state) fetch expanded-2026
vm-images-expanded-2026-dry-run: build
	@$(matrix-state) list expanded-2026

.PHONY: matrix-readiness matrix-runnable matrix-runnable-strict matrix-runnable-keep-manual profile-catalog-audit
matrix-readiness: build
	@$(matrix-state) list $(or $(MATRIX),mvp)
matrix-runnable: build
	@$(matrix-state) runnable expanded-2026
matrix-runnable-strict: build
	@$(matrix-state) runnable expanded-2026 --strict
matrix-runnable-keep-manual: build
	@$(matrix-state) runnable expanded-2026 --keep-manual
profile-catalog-audit: build # looks up every profile on the vendors' servers
	@$(NPM) run --silent vendors

# --- acceptance ------------------------------------------------------------------------------------------------------

.PHONY: acceptance acceptance-dev-one acceptance-functional-dev-one acceptance-suite-dev-one
acceptance acceptance-dev-one acceptance-functional-dev-one: build validator examples
	@BPFCOMPAT=$(BPFCOMPAT) $(acceptance) $(patsubst acceptance-%,%,$@)
acceptance-suite-dev-one: build validator examples
	@$(BPFCOMPAT) suite --suite suites/dev-functional.yaml --out reports/suites/dev-functional/suite.json \
		--markdown reports/suites/dev-functional/suite.md

.PHONY: acceptance-expanded-runnable acceptance-latest-kernel
acceptance-expanded-runnable: matrix-runnable validator examples
	@BPFCOMPAT=$(BPFCOMPAT) $(acceptance) expanded-runnable
acceptance-latest-kernel: build validator examples
	@$(matrix-state) runnable latest-kernel-sweep
	@BPFCOMPAT=$(BPFCOMPAT) $(acceptance) latest-kernel

.PHONY: oss-examples oss-evidence
oss-examples oss-evidence:
	$(call instead,objects of other projects are not part of this repository; build them there and run bpfcompat FILE.bpf.o)

# The guest is an arm64 kernel, emulated on other machines. The objects are built in the places of those for x86_64.
.PHONY: doctor-arm64-kvm acceptance-arm64-smoke
doctor-arm64-kvm: build
	@[ "$$(uname -m)" = aarch64 ] || { echo 'make $@: this machine is not an arm64 one, so it has no KVM for arm64; make acceptance-arm64-smoke emulates' >&2; exit 1; }
	@$(BPFCOMPAT) doctor
acceptance-arm64-smoke: build validator-arm64 examples-arm64
	@BPFCOMPAT=$(BPFCOMPAT) $(acceptance) arm64-smoke

# --- documents -------------------------------------------------------------------------------------------------------

.PHONY: env-docs-check env-docs
env-docs-check: build
	@$(BPFCOMPAT) env --markdown | diff -u docs/env-reference.md - || { echo 'docs/env-reference.md is out of date: make env-docs' >&2; exit 1; }
env-docs: build
	@$(BPFCOMPAT) env --markdown >docs/env-reference.md

# --- server and site ---------------------------------------------------------------------------------------------------

.PHONY: serve openapi-check
# Only programs on this machine reach it, so that all of them may check objects, read, and have it decide which build fits a host.
serve: build validator
	@BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=$${BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE:-true} \
		BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=$${BPFCOMPAT_API_ALLOW_ANONYMOUS_READ:-true} \
		BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY=$${BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY:-true} \
		NODE_OPTIONS="--max-semi-space-size=4 $${NODE_OPTIONS:-}" $(BPFCOMPAT) serve
openapi-check: $(npm-stamp)
	@mkdir -p build
	@$(NODE) scripts/openapi.mjs --check

# --- upstream kernels by virtme-ng (experimental); KERNELS="v6.8 PATH/bzImage" names others than the newest ----------------

vng ?= $(firstword $(BPFCOMPAT_VNG) $(wildcard $(CURDIR)/build/tools/virtme/bin/vng) vng)
.PHONY: doctor-virtme upstream-kernel-runnable acceptance-upstream-kernel
doctor-virtme: build
	@$(vng) --version >/dev/null 2>&1 || { echo 'make $@: virtme-ng is missing; scripts/setup.sh virtme installs it into build/tools/virtme' >&2; exit 1; }
	@BPFCOMPAT_VNG=$(vng) $(BPFCOMPAT) doctor
upstream-kernel-runnable:
	@BPFCOMPAT_VNG=$(vng) $(NODE) scripts/upstream-kernels.mjs $(KERNELS)
acceptance-upstream-kernel: build validator examples upstream-kernel-runnable
	@BPFCOMPAT_VNG=$(vng) BPFCOMPAT=$(BPFCOMPAT) $(acceptance) upstream-kernel

# --- kernels in Firecracker (experimental); BPFCOMPAT_FIRECRACKER_KERNEL names another one --------------------------------

.PHONY: firecracker-preflight acceptance-firecracker-dev-one
firecracker-preflight: build
	@BPFCOMPAT=$(BPFCOMPAT) $(NODE) scripts/firecracker.mjs preflight
acceptance-firecracker-dev-one: build validator examples
	@BPFCOMPAT=$(BPFCOMPAT) $(NODE) scripts/firecracker.mjs dev-one
	@BPFCOMPAT=$(BPFCOMPAT) $(acceptance) firecracker-dev-one

# --- the runtime track (experimental) --------------------------------------------------------------------------------

.PHONY: runtime-selector-proof
runtime-selector-proof: build examples # boots and loads nothing
	@$(NODE) scripts/runtime-selector-proof.mjs

.PHONY: runtime-delivery-proof
runtime-delivery-proof: build validator examples # tests, a registry of this machine, and a load inside a guest
	@$(NODE) scripts/runtime-delivery-proof.mjs
