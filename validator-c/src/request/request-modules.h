/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel modules that one request brings along. PID 1 inserts them; no saved guest ever has them. */
#ifndef BPFCOMPAT_REQUEST_MODULES_H
#define BPFCOMPAT_REQUEST_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/json.h"

/* src/model/guest-module.ts has the same limits. */
#define REQUEST_MODULES_MAX 64
#define REQUEST_MODULE_MAX_BYTES (32U << 20)
#define REQUEST_MODULES_MAX_BYTES (64U << 20)
#define REQUEST_MODULE_NAME_SIZE 64

struct request_module {
	char name[REQUEST_MODULE_NAME_SIZE];
	uint64_t size;
	/* Why the kernel did not take it; 0 when it did. */
	int err;
};

/* In the order in which they are inserted. */
struct request_modules {
	struct request_module list[REQUEST_MODULES_MAX];
	int count;
	uint64_t bytes;
};

/* The value of a `module=` line: `<size> <name>`. False when it is none, or one too many. */
bool request_modules__add(struct request_modules *modules, const char *value);
/* Inserts one whose bytes have arrived; one that is there already counts as inserted. */
void request_modules__insert(struct request_module *module, const void *bytes);
/* Writes the field `modules`; nothing when there are none. */
void request_modules__write(const struct request_modules *modules, struct json *json);

#endif
