/* SPDX-License-Identifier: Apache-2.0 */
#include "load/load.h"

#include <errno.h>
#include <string.h>

#include "lib/io.h"
#include "load/alters.h"
#include "load/capture.h"
#include "load/evidence-object.h"
#include "load/inner-guess-fit.h"
#include "load/load-syscall.h"
#include "load/object.h"
#include "load/single-loads.h"
#include "load/struct-ops.h"
#include "load/unavailable.h"
#include "load/variants.h"

static void skip_program(struct work *work, struct program *program, const char *reason)
{
	program->load.status = STATUS_SKIPPED;
	program->load.reason = reason;
	program->tried = true;
	evidence__program(work->evidence, program);
}

static bool needs_single_load_first(const struct program *program)
{
	return !program->selected && !program->switched_off && !program->tried;
}

/* Programs that the load of the whole object leaves out. */
static void try_others(struct work *work, struct single_loads *loads)
{
	struct result *result = work->result;
	int i;

	for (i = 0; i < result->program_count; i++) {
		struct program *program = &result->programs[i];

		if (program->switched_off && !program->tried)
			skip_program(work, program, "a program variant that is not used on this kernel");
		if (!program->tried && !program->selected &&
		    overrides__leaves_out(&work->request->overrides, program->name))
			skip_program(work, program, "autoload is disabled by the manifest");
		if (!program->tried && !program->selected &&
		    struct_ops__is_left_out(work->obj, object__program(work->obj, i)))
			skip_program(work, program, "only struct_ops maps that are opt-in name it");
		if (!needs_single_load_first(program))
			continue;
		if (!work->request->probe_features) {
			skip_program(work, program, "opt-in program, and loading programs one by one is switched off");
			continue;
		}
		if (!loads->work && single_loads__open(loads, work))
			continue;
		single_loads__run(loads, i);
	}
}

static int count_selected(struct work *work)
{
	int count = 0, i;

	for (i = 0; i < work->result->program_count; i++)
		count += work->result->programs[i].selected;
	return count;
}

/* One program by itself, or no single loads to come: then the log of this load is the only one there will be. */
static bool wants_log(struct work *work)
{
	return count_selected(work) == 1 || !work->request->probe_features;
}

static void load_object(struct work *work, struct log_buffer *log)
{
	struct object_step *load = &work->result->load;
	uint64_t start = io__now_us();
	struct bpf_program *prog;
	int err, i = 0;

	evidence__step(work->evidence, "load", work->request->artifact_name);
	buf__reset(&load->log);
	if (log->data)
		log_buffer__clear(log);
	work->result->probes.count = 0;
	capture__begin();
	bpf_object__for_each_program(prog, work->obj) {
		bpf_program__set_autoload(prog, work->result->programs[i++].selected);
		if (log->data)
			bpf_program__set_log_buf(prog, log->data, log->size);
	}
	load_syscall__watch(log, wants_log(work), &work->result->probes);
	err = object__prepare(work->obj);
	if (!err)
		err = bpf_object__load(work->obj);
	load->status = err ? STATUS_FAIL : STATUS_PASS;
	load->err = err;
	load->elapsed_us = io__now_us() - start;
	capture__warnings(&load->log);
}

static void observe_loaded(struct work *work)
{
	struct bpf_program *prog;
	int i = 0;

	bpf_object__for_each_program(prog, work->obj) {
		struct program *program = &work->result->programs[i++];

		if (!program->selected || program->tried)
			continue;
		/* libbpf does not say of every program that it leaves it out. */
		if (bpf_program__fd(prog) < 0) {
			skip_program(work, program, "libbpf left it out");
			continue;
		}
		program_info__read(prog, &program->load);
		program->load.status = STATUS_PASS;
		program->tried = true;
		evidence__program(work->evidence, program);
	}
}

static void blame(struct program *program, struct work *work, int err, const struct buf *log)
{
	if (program->tried)
		return;
	program->load.status = STATUS_FAIL;
	program->load.err = err;
	buf__add(&program->load.log, log->data, log->len);
	program->tried = true;
	evidence__program(work->evidence, program);
}

static void blame_all(struct work *work, int err, const struct buf *log)
{
	int i;

	for (i = 0; i < work->result->program_count; i++)
		if (work->result->programs[i].selected)
			blame(&work->result->programs[i], work, err, log);
}

/* Without single loads only what the load of the whole object showed is known: it stops at the first bad program. */
static void observe_failed(struct work *work, const struct log_buffer *log)
{
	struct result *result = work->result;
	bool reached = true;
	char name[256];
	int i;

	if (!unavailable__name(&result->load.log, "prog", "failed to load", name, sizeof(name)))
		name[0] = '\0';
	for (i = 0; i < result->program_count; i++) {
		struct program *program = &result->programs[i];

		if (!program->selected || program->tried)
			continue;
		if (!reached || !name[0]) {
			skip_program(work, program, "not reached: the load of the object ended before it");
		} else if (!strcmp(program->name, name)) {
			if (log->data)
				log_buffer__take(log, &program->load.verifier);
			program_info__read(object__program(work->obj, i), &program->load);
			program->load.probes = result->probes;
			blame(program, work, result->load.err, &result->load.log);
			reached = false;
		} else {
			program->load.status = STATUS_PASS;
			program->tried = true;
			evidence__program(work->evidence, program);
		}
	}
}

static void try_one_by_one(struct work *work, struct single_loads *loads, const struct log_buffer *log)
{
	struct unavailable unavailable = {};
	int i;

	if (loads->work || !single_loads__open(loads, work)) {
		if (!loads->prepared)
			unavailable__find(work, &unavailable);
		loads->unavailable = &unavailable;
		if (unavailable.has_rest)
			single_loads__prepare(loads);
		else if (unavailable.err)
			blame_all(work, unavailable.err, &unavailable.log);
		for (i = 0; i < work->result->program_count; i++)
			if (!work->result->programs[i].tried)
				single_loads__run(loads, i);
	} else {
		observe_failed(work, log);
	}
	loads->unavailable = NULL;
	unavailable__free(&unavailable);
}

static void explain_failure(struct work *work, struct single_loads *loads, const struct log_buffer *log)
{
	struct result *result = work->result;
	char name[256];
	int i;

	if (count_selected(work) == 1 &&
	    unavailable__name(&result->load.log, "prog", "failed to load", name, sizeof(name)))
		observe_failed(work, log);
	else if (work->request->probe_features)
		try_one_by_one(work, loads, log);
	else
		observe_failed(work, log);
	for (i = 0; i < result->map_count; i++)
		if (result->maps[i].rejected)
			evidence__map(work->evidence, &result->maps[i]);
}

void load__run(struct work *work)
{
	struct result *result = work->result;
	struct single_loads loads = {};
	struct log_buffer log = {};
	int i;

	for (i = 0; i < result->program_count; i++) {
		struct program *program = &result->programs[i];

		program->selected = program->autoload || request__requires(work->request, program->name);
	}
	variants__choose(work, &loads);
	try_others(work, &loads);
	/* Frees the maps of the single loads; the whole object may need the memory. */
	single_loads__close(&loads);
	log_buffer__map(&log, LOG_SIZE_ANY_KERNEL);
	load_object(work, &log);
	if (result->load.status == STATUS_FAIL && inner_guess__fit(work))
		load_object(work, &log);
	if (result->load.status == STATUS_PASS)
		observe_loaded(work);
	else
		explain_failure(work, &loads, &log);
	if (result->load.status == STATUS_PASS)
		alters__find(work);
	evidence__load(work->evidence, result, &work->request->overrides);
	log_buffer__unmap(&log);
	single_loads__close(&loads);
}
