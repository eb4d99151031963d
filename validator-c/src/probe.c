/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RINGBUF_BYTES 4096
/* The first BTF type of every kernel is no function; a kernel that knows tracing programs says so. */
#define NO_FUNCTION_BTF_ID 1

/* Answers by type, kept for the life of the process and inherited by its children; 0 = not asked yet. */
#define TYPES_KEPT 64
#define KEPT(err) (1 - (err))
static int kept_maps[TYPES_KEPT], kept_programs[TYPES_KEPT];

static int ask_map(enum bpf_map_type type)
{
	bool ringbuf = type == BPF_MAP_TYPE_RINGBUF;
	int fd = bpf_map_create(type, "probe", ringbuf ? 0 : 4, ringbuf ? 0 : 4, ringbuf ? RINGBUF_BYTES : 1, NULL);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int ask_program(enum bpf_prog_type type)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char log[1024] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd, err;

	if (type == BPF_PROG_TYPE_TRACING) {
		opts.expected_attach_type = BPF_TRACE_FENTRY;
		opts.attach_btf_id = NO_FUNCTION_BTF_ID;
		opts.log_buf = log;
		opts.log_size = sizeof(log);
		opts.log_level = 1;
	}
	fd = bpf_prog_load(type, "probe", "GPL", insns, sizeof(insns) / sizeof(insns[0]), &opts);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	err = -errno;
	return type == BPF_PROG_TYPE_TRACING && strstr(log, "is not a function") ? 0 : err;
}

static int kept_answer(int *kept, int err)
{
	if (kept)
		*kept = KEPT(err);
	return err;
}

int probe__map(enum bpf_map_type type)
{
	int *kept = type < TYPES_KEPT ? &kept_maps[type] : NULL;

	return kept && *kept ? KEPT(*kept) : kept_answer(kept, ask_map(type));
}

int probe__program(enum bpf_prog_type type)
{
	int *kept = type < TYPES_KEPT ? &kept_programs[type] : NULL;

	return kept && *kept ? KEPT(*kept) : kept_answer(kept, ask_program(type));
}

void probe__everything(void)
{
	static const enum bpf_map_type maps[] = {
		BPF_MAP_TYPE_RINGBUF,
		BPF_MAP_TYPE_PERF_EVENT_ARRAY,
		BPF_MAP_TYPE_ARRAY,
		BPF_MAP_TYPE_HASH,
	};
	static const enum bpf_prog_type programs[] = {
		BPF_PROG_TYPE_TRACEPOINT,
		BPF_PROG_TYPE_KPROBE,
		BPF_PROG_TYPE_TRACING,
		BPF_PROG_TYPE_XDP,
	};
	size_t i;

	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		probe__map(maps[i]);
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		probe__program(programs[i]);
}

const char *probe__status(int err)
{
	switch (err) {
	case 0:
		return "supported";
	case -EOPNOTSUPP:
	case -ENOSYS:
		return "unsupported";
	case -EPERM:
	case -EACCES:
		return "permission_denied";
	case -EINVAL:
	case -ENOENT:
		return "inconclusive";
	default:
		return "probe_error";
	}
}
