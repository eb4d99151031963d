/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/overrides.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "overrides/overrides-apply.h"

const char *overrides__prog_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_prog_type_str(type);

	return name ? name : "";
}

const char *overrides__map_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_map_type_str(type);

	return name ? name : "";
}

static void record(struct overrides *overrides, const struct shim *done, const char *format, va_list args)
{
	struct shim *grown, *shim;

	if (overrides->shim_count == OVERRIDES_MAX_SHIMS)
		return;
	grown = realloc(overrides->shims, (size_t)(overrides->shim_count + 1) * sizeof(*grown));
	if (!grown)
		return;
	overrides->shims = grown;
	shim = &grown[overrides->shim_count++];
	*shim = *done;
	vsnprintf(shim->detail, sizeof(shim->detail), format, args);
}

void overrides__record(struct overrides *overrides, const char *kind, const char *subject, int err, const char *format,
		       ...)
{
	struct shim done = { .kind = kind, .err = err };
	va_list args;

	if (!overrides->recording)
		return;
	snprintf(done.subject, sizeof(done.subject), "%s", subject);
	va_start(args, format);
	record(overrides, &done, format, args);
	va_end(args);
}

void overrides__record_fix(struct overrides *overrides, const char *kind, const char *subject, int err,
			   const char *format, ...)
{
	struct shim done = { .kind = kind, .err = err };
	va_list args;

	/* An object may need any number of these, and there must be room for what the user sets. */
	if (!overrides->recording || overrides->fix_count == OVERRIDES_MAX_FIXES)
		return;
	overrides->fix_count++;
	snprintf(done.subject, sizeof(done.subject), "%s", subject);
	va_start(args, format);
	record(overrides, &done, format, args);
	va_end(args);
}

void overrides__add_fix(struct auto_fix **list, int *count, const struct auto_fix *fix)
{
	struct auto_fix *grown = realloc(*list, (size_t)(*count + 1) * sizeof(**list));

	if (!grown)
		return;
	*list = grown;
	grown[(*count)++] = *fix;
}

const struct attach_target *overrides__target(const struct overrides *overrides, const char *program)
{
	int i;

	/* The last word counts. */
	for (i = overrides->target_count - 1; i >= 0 && !overrides->strict; i--)
		if (!strcmp(overrides->targets[i].program, program))
			return &overrides->targets[i];
	return NULL;
}

/* The last word about a program; NULL when there is none. */
static const struct autoload_choice *autoload_of(const struct overrides *overrides, const char *program)
{
	int i;

	for (i = overrides->autoload_count - 1; i >= 0 && !overrides->strict; i--)
		if (!strcmp(overrides->autoloads[i].program, program))
			return &overrides->autoloads[i];
	return NULL;
}

bool overrides__leaves_out(const struct overrides *overrides, const char *program)
{
	const struct autoload_choice *choice = autoload_of(overrides, program);

	return choice && !choice->on;
}

bool overrides__switches_on(const struct overrides *overrides, const char *program)
{
	const struct autoload_choice *choice = autoload_of(overrides, program);

	return choice && choice->on;
}

void overrides__apply(struct overrides *overrides, struct bpf_object *obj, bool record)
{
	if (overrides->strict)
		return;
	overrides->recording = record;
	overrides__apply_maps(overrides, obj);
	overrides__apply_programs(overrides, obj);
	overrides__apply_values(overrides, obj);
	overrides->recording = false;
}

void overrides__free(struct overrides *overrides)
{
	int i;

	for (i = 0; i < overrides->target_count; i++)
		if (overrides->targets[i].fd > 0)
			close(overrides->targets[i].fd);
	if (overrides->inner_map > 0)
		close(overrides->inner_map);
	free(overrides->sized);
	free(overrides->typed);
	free(overrides->shims);
	*overrides = (struct overrides){};
}
