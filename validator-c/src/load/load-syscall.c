/* SPDX-License-Identifier: Apache-2.0 */
#include "load/load-syscall.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/real-syscall.h"
#include "load/probe-map-change.h"
#include "load/probe-program-change.h"
#include "load/verifier-stats.h"

#define LOG_LEVEL_TRACE 1
/* The kernel's complaint and its statistics without the trace of instructions; since 5.2. */
#define LOG_LEVEL_SHORT 4
/* Tracing costs several times a quiet run, so programs that are slow to verify keep the short log. */
#define SLOW_US 1000000
#define SHORT_LOG_SIZE (64 * 1024)
#define LAST_WORDS_MAX 4096

long __wrap_syscall(long number, ...);

static struct {
	char *buffer;
	size_t size;
	bool want_log;
	/* The last quiet attempt that was rejected. */
	uint64_t insns;
	int first_errno;
	uint64_t first_us;
	/* Where the results about a rejected program and about a rejected map go. */
	struct probes *program_probes;
	struct probes *map_probes;
} watch;

/* What the kernel says when statistics alone are requested, and its complaint; pages are used as it fills. */
static char short_log[SHORT_LOG_SIZE];

void load_syscall__watch(const struct log_buffer *buffer, bool want_log, struct probes *probes)
{
	watch.buffer = buffer->data;
	watch.size = buffer->size;
	watch.want_log = want_log;
	watch.first_errno = 0;
	watch.program_probes = probes;
}

void load_syscall__probe_maps(struct probes *probes)
{
	watch.map_probes = probes;
}

static long load(union bpf_attr *attr, long size)
{
	return real_bpf(BPF_PROG_LOAD, attr, size);
}

static long load_with(union bpf_attr *attr, long size, char *log, uint32_t log_size, uint32_t level)
{
	attr->log_buf = (uint64_t)(uintptr_t)log;
	attr->log_size = log_size;
	attr->log_level = level;
	return load(attr, size);
}

static void keep_statistics(const union bpf_attr *attr, bool loaded, uint64_t elapsed_us)
{
	const struct bpf_insn *insns = (const struct bpf_insn *)(uintptr_t)attr->insns;
	struct verifier_stats stats = { .elapsed_us = elapsed_us };

	verifier_stats__parse(short_log, loaded ? insns : NULL, attr->insn_cnt, &stats);
	verifier_stats__keep(insns, &stats);
}

/*
 * Without a trace, but with statistics. A kernel that does not know that level, or statistics that do not fit, must not
 * make a good program fail.
 */
static long load_quietly(union bpf_attr *attr, long size)
{
	uint64_t start = io__now_us();
	long fd;
	int err;

	short_log[0] = '\0';
	fd = load_with(attr, size, short_log, sizeof(short_log), LOG_LEVEL_SHORT);
	if (fd < 0 && (errno == ENOSPC || (errno == EINVAL && !short_log[0]))) {
		start = io__now_us();
		fd = load_with(attr, size, NULL, 0, 0);
	}
	err = fd < 0 ? errno : 0;
	watch.insns = attr->insns;
	watch.first_errno = err;
	watch.first_us = io__now_us() - start;
	keep_statistics(attr, fd >= 0, watch.first_us);
	attr->log_buf = 0;
	attr->log_size = 0;
	attr->log_level = 0;
	errno = err;
	return fd;
}

/* Kernels since 6.4 keep the end of a log that does not fit, older ones its beginning. */
static bool has_last_words(void)
{
	size_t len = strnlen(watch.buffer, watch.size);
	size_t part = len < LAST_WORDS_MAX ? len : LAST_WORDS_MAX;

	return memmem(watch.buffer + len - part, part, "\nprocessed ", 11) != NULL;
}

/* The beginning of the log is there already; its end is put where the kernel ran out of room. */
static void add_last_words(union bpf_attr *attr, long size)
{
	static const char cut[] = "\n[the kernel's log did not fit; its last words follow]\n";
	size_t len;

	short_log[0] = '\0';
	if (load_with(attr, size, short_log, sizeof(short_log), LOG_LEVEL_SHORT) >= 0)
		return;
	len = strnlen(short_log, sizeof(short_log) - 1);
	if (len + sizeof(cut) + 1 > watch.size)
		return;
	memcpy(watch.buffer + watch.size - 1 - len - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
	memcpy(watch.buffer + watch.size - 1 - len, short_log, len);
	watch.buffer[watch.size - 1] = '\0';
}

/* Some rejections leave nothing in the log but the verifier's statistics. */
static bool says_nothing(const char *log)
{
	return !log[0] || !strncmp(log, "processed 0 insns", 17);
}

static long load_with_log(union bpf_attr *attr, long size)
{
	long fd = -1;

	if (watch.first_us > SLOW_US && short_log[0])
		memcpy(watch.buffer, short_log, strnlen(short_log, sizeof(short_log) - 1) + 1);
	if (!watch.buffer[0]) {
		attr->log_level = LOG_LEVEL_TRACE;
		fd = load(attr, size);
		if (fd < 0 && errno == ENOSPC && !has_last_words())
			add_last_words(attr, size);
	}
	if (fd < 0 && says_nothing(watch.buffer) && watch.program_probes)
		probe_program_change__run(attr, size, watch.program_probes);
	if (fd < 0)
		errno = watch.first_errno;
	return fd;
}

static long load_program(union bpf_attr *attr, long size)
{
	bool repeated = watch.buffer && attr->log_level && attr->log_buf == (uint64_t)(uintptr_t)watch.buffer &&
			watch.first_errno && attr->insns == watch.insns;

	/* Before an object is watched, libbpf probes what the kernel can do. */
	if (!attr->log_level)
		return watch.buffer ? load_quietly(attr, size) : load(attr, size);
	if (!repeated)
		return load(attr, size);
	if (watch.want_log)
		return load_with_log(attr, size);
	errno = watch.first_errno;
	return -1;
}

static long create_map(union bpf_attr *attr, long size)
{
	long fd = real_bpf(BPF_MAP_CREATE, attr, size);
	int err = errno;

	if (fd < 0 && watch.map_probes)
		probe_map_change__run(attr, size, -err, watch.map_probes);
	errno = err;
	return fd;
}

long __wrap_syscall(long number, ...)
{
	long arguments[6];
	va_list list;
	int i;

	va_start(list, number);
	for (i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_bpf && arguments[0] == BPF_MAP_CREATE)
		return create_map((union bpf_attr *)(uintptr_t)arguments[1], arguments[2]);
	if (number == SYS_bpf && arguments[0] == BPF_PROG_LOAD)
		return load_program((union bpf_attr *)(uintptr_t)arguments[1], arguments[2]);
	return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			      arguments[5]);
}
