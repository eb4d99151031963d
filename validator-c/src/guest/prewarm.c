/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/prewarm.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "load/probe.h"
#include "symbols/kernel-names.h"

/*
 * libbpf finds out what the kernel can do by trying, one system call or more per feature, and remembers it for the life
 * of the process. Its function for that is internal, hence weak: another libbpf just finds out later.
 */
extern bool feat_supported(void *cache, int feature) __attribute__((weak));

/* Members of libbpf's enum kern_feature_id in the pinned release. */
#define FEATURES_OF_1_7 24

/*
 * libbpf parses the kernel's BTF (some 5 MB) again for every object and frees it after the load. The linker sends both
 * calls here (--wrap), so that it is parsed once and every worker inherits it.
 */
static struct btf *vmlinux;

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);
void __wrap_btf__free(struct btf *btf);

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return vmlinux ? vmlinux : __real_btf__load_vmlinux_btf();
}

void __wrap_btf__free(struct btf *btf)
{
	if (!btf || btf != vmlinux)
		__real_btf__free(btf);
}

/*
 * libbpf compares all names of that BTF, a hundred thousand, with each that it looks for, and again for each module. It
 * finds them in the names that were read before. How it searches a module alone is internal, hence weak.
 */
__s32 __real_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);
__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);
extern __s32 btf__find_by_name_kind_own(const struct btf *btf, const char *name, __u32 kind) __attribute__((weak));

__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind)
{
	bool of_module = vmlinux && btf__base_btf(btf) == vmlinux;
	const struct name_entry *entry;

	if (!vmlinux || !(btf == vmlinux || (of_module && btf__find_by_name_kind_own)) ||
	    !kernel_names__knows_types() || !names_types__has(kind, name))
		return __real_btf__find_by_name_kind(btf, name, kind);
	entry = kernel_names__type(name, kind);
	if (entry && !entry->module)
		return (__s32)entry->value;
	return of_module ? btf__find_by_name_kind_own(btf, name, kind) : -ENOENT;
}

/* The kernel hands it to PID 1 out of its command line: this guest will be saved, and many cells be copies of it. */
#define SAVED "bpfcompat_saved"

/* A request lies on the stack; the calls below it need some more. */
#define STACK_BYTES (256 * 1024)
#define PAGE 4096

/* Set by the linker: where the program's code and constants begin, and where they end. */
extern const char __executable_start[], etext[];

void prewarm__memory(void)
{
	volatile char stack[STACK_BYTES];
	const volatile char *code;
	size_t at;

	for (at = 0; at < sizeof(stack); at += PAGE)
		stack[at] = 0;
	for (code = __executable_start; code < etext; code += PAGE)
		(void)*code;
}

static void ask_for_features(void)
{
#if LIBBPF_MAJOR_VERSION == 1 && LIBBPF_MINOR_VERSION == 7
	int i;

	for (i = 0; feat_supported && i < FEATURES_OF_1_7; i++)
		feat_supported(NULL, i);
#endif
}

void prewarm__run(void)
{
	/* What it says about failed probes is for no one. */
	libbpf_set_print(NULL);
	ask_for_features();
	vmlinux = __real_btf__load_vmlinux_btf();
	if (libbpf_get_error(vmlinux))
		vmlinux = NULL;
	/* Probing a tracing program makes the kernel parse its own BTF too. */
	probe__everything();
	if (getenv(SAVED))
		kernel_names__read();
}
