/* SPDX-License-Identifier: Apache-2.0 */
#include "load/single-loads.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/compat.h"
#include "lib/io.h"
#include "load/capture.h"
#include "load/inner-guess-fit.h"
#include "load/load-syscall.h"
#include "load/object.h"
#include "load/verifier-stats.h"

#define AREA_LOG_MAX (200 * 1024)

/* Written by the child, read by its parent once the child has ended. */
struct single_load_area {
	bool finished;
	int err;
	/* It failed and uses what was left out. */
	bool lacks;
	int lack;
	struct verifier_stats stats;
	struct probes probes;
	struct program_counts counts;
	uint32_t log_len;
	char log[AREA_LOG_MAX];
};

void program_info__read(const struct bpf_program *prog, struct program_load *load)
{
	const struct verifier_stats *stats = verifier_stats__of(bpf_program__insns(prog));
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	int fd = bpf_program__fd(prog);

	if (stats) {
		load->stats = *stats;
		load->counts.verified_insns = stats->insns;
		load->counts.elapsed_us = stats->elapsed_us;
	}
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return;
	if (info.verified_insns)
		load->counts.verified_insns = info.verified_insns;
	load->counts.xlated_bytes = info.xlated_prog_len;
	load->counts.jited_bytes = info.jited_prog_len;
}

static bool is_companion(const struct overrides *overrides, const char *name)
{
	int i;

	for (i = 0; i < overrides->companion_count; i++)
		if (!strcmp(overrides->companions[i], name))
			return true;
	return false;
}

static void select_only(struct single_loads *loads, struct bpf_object *obj, int index)
{
	struct bpf_program *prog;
	int i = 0;

	bpf_object__for_each_program(prog, obj) {
		bool selected = i == index || is_companion(&loads->work->request->overrides, bpf_program__name(prog));

		bpf_program__set_autoload(prog, selected);
		i++;
	}
}

static struct bpf_object *prepare_all(struct work *work)
{
#if LIBBPF_AT_LEAST(1, 6)
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err;

	obj = object__open_again(work->request, &err);
	if (!obj)
		return NULL;
	bpf_object__for_each_program(prog, obj)
		bpf_program__set_autoload(prog, true);
	unavailable__leave_out(work, obj);
	if (!bpf_object__prepare(obj))
		return obj;
	bpf_object__close(obj);
#else
	(void)work;
#endif
	return NULL;
}

int single_loads__open(struct single_loads *loads, struct work *work)
{
	void *area;
	int err;

	*loads = (struct single_loads){ .work = work };
	err = log_buffer__map(&loads->log, LOG_SIZE_ANY_KERNEL);
	if (err)
		return err;
	area = mmap(NULL, sizeof(*loads->area), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED) {
		log_buffer__unmap(&loads->log);
		return -ENOMEM;
	}
	loads->area = area;
	loads->prepared = prepare_all(work);
	return 0;
}

void single_loads__prepare(struct single_loads *loads)
{
	if (loads->prepared)
		bpf_object__close(loads->prepared);
	loads->prepared = prepare_all(loads->work);
}

/* libbpf fills the slots of program arrays after loading; slots that name other programs cannot be filled here. */
static bool failed_on_slots_only(const struct single_load_area *area)
{
	return memmem(area->log, area->log_len, "failed to initialize slot", 25) &&
	       !memmem(area->log, area->log_len, "failed to load: ", 16);
}

static void load_alone(struct single_loads *loads, int index)
{
	struct single_load_area *area = loads->area;
	struct program_load load = {};
	struct bpf_object *obj = loads->prepared;
	struct bpf_program *prog;
	uint64_t start = io__now_us();
	struct buf log = {};

	capture__begin();
	if (!obj) {
		obj = object__open_again(loads->work->request, &area->err);
		if (obj)
			unavailable__leave_out(loads->work, obj);
	}
	if (obj) {
		select_only(loads, obj, index);
		prog = object__program(obj, index);
		bpf_program__set_log_buf(prog, loads->log.data, loads->log.size);
		load_syscall__watch(&loads->log, true, &area->probes);
		area->err = bpf_object__load(obj);
		load.counts.elapsed_us = io__now_us() - start;
		program_info__read(prog, &load);
		if (!area->err && bpf_program__fd(prog) < 0)
			area->err = -ENOENT;
		if (area->err && loads->unavailable) {
			area->lack = unavailable__used(loads->unavailable, loads->work->result, prog);
			area->lacks = area->lack >= 0;
		}
	}
	capture__warnings(&log);
	area->log_len = log.len < AREA_LOG_MAX ? (uint32_t)log.len : AREA_LOG_MAX;
	memcpy(area->log, log.data ? log.data : "", area->log_len);
	if (area->err && failed_on_slots_only(area))
		area->err = 0;
	area->stats = load.stats;
	area->counts = load.counts;
	area->finished = true;
}

/* Runs one child. The wait status when it ended badly, else 0. */
static int run_child(struct single_loads *loads, int index)
{
	int status = 0;
	pid_t pid;

	log_buffer__clear(&loads->log);
	memset(loads->area, 0, offsetof(struct single_load_area, log));
	pid = fork();
	if (!pid) {
		load_alone(loads, index);
		_exit(0);
	}
	if (pid < 0) {
		loads->area->err = -errno;
		loads->area->finished = true;
		return 0;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return loads->area->finished ? 0 : status;
}

/*
 * A guess of inner maps is the object's, and this program is none that the object's load includes: it is fitted to it for
 * this load only. Objects that are open have the map that was made before, so each child opens one and makes its own.
 */
static int run_fitted(struct single_loads *loads, int index)
{
	struct overrides *overrides = &loads->work->request->overrides;
	struct bpf_object *prepared = loads->prepared;
	const struct inner_guess before = overrides->guess;
	uint64_t until = inner_guess__until(loads->work->request);
	int status = run_child(loads, index), inner_map = overrides->inner_map, rounds;

	if (overrides->inner_map <= 0 || loads->work->result->programs[index].selected)
		return status;
	for (rounds = 0; !status && loads->area->err && rounds < INNER_GUESS_ROUNDS_MAX; rounds++) {
		if (io__now_us() + loads->area->counts.elapsed_us > until ||
		    !inner_guess__learn(&overrides->guess, loads->log.data))
			break;
		overrides->inner_map = 0;
		loads->prepared = NULL;
		status = run_child(loads, index);
	}
	overrides->guess = before;
	overrides->inner_map = inner_map;
	loads->prepared = prepared;
	return status;
}

static void fill(struct program_load *load, const struct single_load_area *area, int status)
{
	buf__reset(&load->log);
	if (status) {
		load->err = -ECHILD;
		buf__addf(&load->log, "validator: the process that loaded this program ended with signal %d\n",
			  WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	} else {
		load->err = area->err;
	}
	buf__add(&load->log, area->log, area->log_len);
	load->status = load->err ? STATUS_FAIL : STATUS_PASS;
	load->alone = true;
	load->stats = area->stats;
	load->probes = area->probes;
	load->counts = area->counts;
}

void single_loads__run(struct single_loads *loads, int index)
{
	struct program *program = &loads->work->result->programs[index];
	const struct lack *lack;
	int status;

	evidence__step(loads->work->evidence, "program", program->name);
	status = run_fitted(loads, index);
	lack = loads->area->lacks ? &loads->unavailable->lacks[loads->area->lack] : NULL;
	if (lack) {
		program->load.status = STATUS_FAIL;
		program->load.err = lack->err;
		buf__reset(&program->load.log);
		buf__add(&program->load.log, lack->log.data, lack->log.len);
	} else {
		log_buffer__take(&loads->log, &program->load.verifier);
		fill(&program->load, loads->area, status);
	}
	program->tried = true;
	evidence__program(loads->work->evidence, program);
}

void single_loads__close(struct single_loads *loads)
{
	if (loads->prepared)
		bpf_object__close(loads->prepared);
	if (loads->area)
		munmap(loads->area, sizeof(*loads->area));
	log_buffer__unmap(&loads->log);
	*loads = (struct single_loads){};
}
