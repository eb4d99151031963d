/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/tuning.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "overrides/tuning-apply.h"

const char *tuning__prog_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_prog_type_str(type);

	return name ? name : "";
}

const char *tuning__map_type_name(uint32_t type)
{
	const char *name = libbpf_bpf_map_type_str(type);

	return name ? name : "";
}

void tuning__record(struct tuning *tuning, const char *kind, const char *subject, int err, const char *format, ...)
{
	struct shim *grown, *shim;
	va_list args;

	if (!tuning->recording || tuning->shim_count == TUNING_MAX_SHIMS)
		return;
	grown = realloc(tuning->shims, (size_t)(tuning->shim_count + 1) * sizeof(*grown));
	if (!grown)
		return;
	tuning->shims = grown;
	shim = &grown[tuning->shim_count++];
	*shim = (struct shim){ .kind = kind, .err = err };
	snprintf(shim->subject, sizeof(shim->subject), "%s", subject);
	va_start(args, format);
	vsnprintf(shim->detail, sizeof(shim->detail), format, args);
	va_end(args);
}

void tuning__add_fix(struct auto_fix **list, int *count, const struct auto_fix *fix)
{
	struct auto_fix *grown = realloc(*list, (size_t)(*count + 1) * sizeof(**list));

	if (!grown)
		return;
	*list = grown;
	grown[(*count)++] = *fix;
}

const struct attach_target *tuning__target(const struct tuning *tuning, const char *program)
{
	int i;

	/* The last word counts. */
	for (i = tuning->target_count - 1; i >= 0 && !tuning->strict; i--)
		if (!strcmp(tuning->targets[i].program, program))
			return &tuning->targets[i];
	return NULL;
}

/* The last word about a program; NULL when there is none. */
static const struct autoload_choice *autoload_of(const struct tuning *tuning, const char *program)
{
	int i;

	for (i = tuning->autoload_count - 1; i >= 0 && !tuning->strict; i--)
		if (!strcmp(tuning->autoloads[i].program, program))
			return &tuning->autoloads[i];
	return NULL;
}

bool tuning__leaves_out(const struct tuning *tuning, const char *program)
{
	const struct autoload_choice *choice = autoload_of(tuning, program);

	return choice && !choice->on;
}

bool tuning__switches_on(const struct tuning *tuning, const char *program)
{
	const struct autoload_choice *choice = autoload_of(tuning, program);

	return choice && choice->on;
}

void tuning__apply(struct tuning *tuning, struct bpf_object *obj, bool record)
{
	if (tuning->strict)
		return;
	tuning->recording = record;
	tuning__apply_maps(tuning, obj);
	tuning__apply_programs(tuning, obj);
	tuning__apply_values(tuning, obj);
	tuning->recording = false;
}

void tuning__free(struct tuning *tuning)
{
	int i;

	for (i = 0; i < tuning->target_count; i++)
		if (tuning->targets[i].fd > 0)
			close(tuning->targets[i].fd);
	if (tuning->inner_map > 0)
		close(tuning->inner_map);
	free(tuning->sized);
	free(tuning->typed);
	free(tuning->shims);
	*tuning = (struct tuning){};
}
