/* SPDX-License-Identifier: Apache-2.0 */
/* The longer sections of the document. */
#ifndef BPFCOMPAT_DOCUMENT_SECTIONS_H
#define BPFCOMPAT_DOCUMENT_SECTIONS_H

#include "lib/json.h"
#include "output/result.h"
#include "request/request.h"

#define KERNEL_BTF_PATH "/sys/kernel/btf/vmlinux"

void document__put_overrides(struct json *json, const struct overrides *overrides);
void document__put_btf(struct json *json, const struct result *result);
void document__put_capabilities(struct json *json, const struct request *request);
void document__put_discovery(struct json *json, const struct result *result);

#endif
