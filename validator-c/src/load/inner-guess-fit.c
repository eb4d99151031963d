/* SPDX-License-Identifier: Apache-2.0 */
#include "load/inner-guess-fit.h"

#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "load/capture.h"
#include "load/load-syscall.h"
#include "load/object.h"
#include "load/unavailable.h"

/* Of what is left for the request. */
#define PART_OF_TIME 4

/* Loads all programs that are not left out. 0, or why not with the words of libbpf and of the verifier. */
static int attempt(struct work *work, const bool *left_out, struct log_buffer *log, struct buf *words)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err, i = 0;

	log_buffer__clear(log);
	capture__begin();
	obj = object__open_again(work->request, &err);
	if (obj) {
		bpf_object__for_each_program(prog, obj) {
			bpf_program__set_autoload(prog, !left_out[i++]);
			bpf_program__set_log_buf(prog, log->data, log->size);
		}
		load_syscall__watch(log, true, NULL);
		err = bpf_object__load(obj);
		bpf_object__close(obj);
	}
	buf__reset(words);
	capture__warnings(words);
	return err;
}

static bool leave_out(struct work *work, bool *left_out, const struct buf *words)
{
	char name[256];
	int i;

	if (!unavailable__name(words, "prog", "failed to load", name, sizeof(name)))
		return false;
	for (i = 0; i < work->result->program_count; i++) {
		if (left_out[i] || strcmp(work->result->programs[i].name, name))
			continue;
		left_out[i] = true;
		return true;
	}
	return false;
}

static bool *unselected(const struct result *result)
{
	bool *list = calloc((size_t)result->program_count + 1, sizeof(*list));
	int i;

	for (i = 0; list && i < result->program_count; i++)
		list[i] = !result->programs[i].selected;
	return list;
}

static bool fit(struct work *work, bool *left_out, struct log_buffer *log)
{
	uint64_t until = inner_guess__until(work->request), takes = work->result->load.elapsed_us, start;
	struct overrides *overrides = &work->request->overrides;
	struct buf words = {};
	bool changed = false;
	int round;

	for (round = 0; round < INNER_GUESS_ROUNDS_MAX; round++) {
		start = io__now_us();
		if (start + takes > until || !attempt(work, left_out, log, &words))
			break;
		takes = io__now_us() - start;
		if (inner_guess__learn(&overrides->guess, log->data)) {
			overrides__guess_again(overrides);
			changed = true;
		} else if (!leave_out(work, left_out, &words)) {
			break;
		}
	}
	buf__free(&words);
	return changed;
}

static bool open_anew(struct work *work)
{
	struct bpf_object *obj;
	int err;

	obj = work->request->in_guest ? object__open_pinned(work->request, &err) :
					object__open_again(work->request, &err);
	if (!obj)
		return false;
	bpf_object__close(work->obj);
	work->obj = obj;
	return true;
}

uint64_t inner_guess__until(const struct request *request)
{
	return io__now_us() + request__left_us(request) / PART_OF_TIME;
}

bool inner_guess__fit(struct work *work)
{
	struct overrides *overrides = &work->request->overrides;
	struct log_buffer log = {};
	bool *left_out;

	if (overrides->inner_map <= 0 || log_buffer__map(&log, LOG_SIZE_ANY_KERNEL))
		return false;
	left_out = unselected(work->result);
	overrides->guess_fitted = left_out && fit(work, left_out, &log) && open_anew(work);
	free(left_out);
	log_buffer__unmap(&log);
	return overrides->guess_fitted;
}
