/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_BPFTOOL_H
#define BPFCOMPAT_BPFTOOL_H

#include <stdbool.h>

#include "request/request.h"

struct bpftool_probe {
	bool available;
	bool ok;
	/* Where its result was written; "" when nowhere. */
	char path[512];
};

/* Requests bpftool, where there is one, for what the kernel can do, into <log dir>/bpftool-feature-kernel.json. */
void bpftool__probe(const struct request *request, struct bpftool_probe *probe);

#endif
