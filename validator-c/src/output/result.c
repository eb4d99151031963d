/* SPDX-License-Identifier: Apache-2.0 */
#include "output/result.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel uses it inside and lets it out in places; the C library has no words for it. */
#define KERNEL_ENOTSUPP 524

const char *status__name(enum status status)
{
	static const char *const names[] = { "skipped", "pass", "fail" };

	return names[status];
}

const char *status__error(int err, char *text, size_t size)
{
	if (!err)
		return "";
	if (err == -KERNEL_ENOTSUPP)
		snprintf(text, size, "Operation is not supported by the kernel (ENOTSUPP)");
	else if (err <= -__LIBBPF_ERRNO__START)
		libbpf_strerror(err, text, size);
	else
		snprintf(text, size, "%s", strerror(-err));
	return text;
}

static void free_program(struct program *program)
{
	free(program->name);
	free(program->section);
	buf__free(&program->load.log);
	buf__free(&program->load.verifier.head);
	buf__free(&program->load.verifier.tail);
	buf__free(&program->attach.log);
}

void result__free(struct result *result)
{
	int i;

	for (i = 0; i < result->program_count; i++)
		free_program(&result->programs[i]);
	for (i = 0; i < result->map_count; i++) {
		free(result->maps[i].name);
		free(result->maps[i].error);
	}
	free(result->programs);
	free(result->maps);
	free(result->license);
	buf__free(&result->open.log);
	buf__free(&result->load.log);
	buf__free(&result->libbpf_log);
	*result = (struct result){};
}
