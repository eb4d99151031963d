/* SPDX-License-Identifier: Apache-2.0 */
#include "warm.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "probe.h"

/*
 * libbpf finds out what the kernel can do by trying, one system call or more per feature, and remembers it for the life
 * of the process. Its function for that is internal, hence weak: another libbpf just finds out later.
 */
extern bool feat_supported(void *cache, int feature) __attribute__((weak));

/* Members of libbpf's enum kern_feature_id in the pinned release. */
#define FEATURES_OF_1_7 24

/*
 * libbpf parses the kernel's BTF (some 5 MB) anew for every object and frees it after the load. The linker sends both
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

static void ask_for_features(void)
{
#if LIBBPF_MAJOR_VERSION == 1 && LIBBPF_MINOR_VERSION == 7
	int i;

	for (i = 0; feat_supported && i < FEATURES_OF_1_7; i++)
		feat_supported(NULL, i);
#endif
}

void warm__up(void)
{
	/* What it says about failed probes is for nobody. */
	libbpf_set_print(NULL);
	ask_for_features();
	vmlinux = __real_btf__load_vmlinux_btf();
	if (libbpf_get_error(vmlinux))
		vmlinux = NULL;
	/* Asking for a tracing program makes the kernel parse its own BTF too. */
	probe__everything();
}
