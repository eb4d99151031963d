/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel modules that one request brings along. PID 1 inserts them; no saved guest ever has them. */
#ifndef BPFCOMPAT_WANTED_MODULES_H
#define BPFCOMPAT_WANTED_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/json.h"

/* src/model/guest-module.ts has the same limits. */
#define WANTED_MODULES_MAX 64
#define WANTED_MODULE_MAX_BYTES (32U << 20)
#define WANTED_MODULES_MAX_BYTES (64U << 20)
#define WANTED_MODULE_NAME_SIZE 64

struct wanted_module {
	char name[WANTED_MODULE_NAME_SIZE];
	uint64_t size;
	/* Why the kernel did not take it; 0 when it did. */
	int err;
};

/* In the order in which they are inserted. */
struct wanted_modules {
	struct wanted_module list[WANTED_MODULES_MAX];
	int count;
	uint64_t bytes;
};

/* The value of a `module=` line: `<size> <name>`. False when it is none, or one too many. */
bool wanted_modules__add(struct wanted_modules *modules, const char *value);
/* Inserts one whose bytes have arrived; one that is there already counts as inserted. */
void wanted_modules__insert(struct wanted_module *module, const void *bytes);
/* Writes the field `modules`; nothing when there are none. */
void wanted_modules__write(const struct wanted_modules *modules, struct json *json);

#endif
