/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to the work on one request. */
#ifndef BPFCOMPAT_WORK_H
#define BPFCOMPAT_WORK_H

#include <bpf/libbpf.h>

#include "output/evidence.h"
#include "output/result.h"
#include "request/request.h"

struct work {
	struct request *request;
	struct result *result;
	struct evidence *evidence;
	/* The object as a whole; it and its links stay open until the process ends. */
	struct bpf_object *obj;
};

#endif
