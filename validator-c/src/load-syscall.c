/* SPDX-License-Identifier: Apache-2.0 */
#include "load-syscall.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"

#define LOG_LEVEL_TRACE 1
/* The kernel's complaint and its statistics without the trace of instructions; since 5.2. */
#define LOG_LEVEL_SHORT 4
/* Tracing costs several times a quiet run, so programs that are slow to verify get the short log. */
#define SLOW_US 1000000
#define SHORT_LOG_SIZE (64 * 1024)
#define LAST_WORDS_MAX 4096

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static struct {
	char *buffer;
	size_t size;
	bool want_log;
	/* The last quiet attempt that was refused. */
	uint64_t insns;
	int first_errno;
	uint64_t first_us;
} watch;

void load_syscall__watch(const struct log_buffer *buffer, bool want_log)
{
	watch.buffer = buffer->data;
	watch.size = buffer->size;
	watch.want_log = want_log;
	watch.first_errno = 0;
}

static long load(union bpf_attr *attr, long size)
{
	return __real_syscall(SYS_bpf, (long)BPF_PROG_LOAD, (long)attr, size);
}

static long load_quietly(union bpf_attr *attr, long size)
{
	uint64_t start = io__now_us();
	long fd = load(attr, size);
	int err = fd < 0 ? errno : 0;

	watch.insns = attr->insns;
	watch.first_errno = err;
	watch.first_us = io__now_us() - start;
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
	static char last[SHORT_LOG_SIZE];
	size_t len;

	last[0] = '\0';
	attr->log_buf = (uint64_t)(uintptr_t)last;
	attr->log_size = sizeof(last);
	attr->log_level = LOG_LEVEL_SHORT;
	if (load(attr, size) >= 0)
		return;
	len = strnlen(last, sizeof(last) - 1);
	if (len + sizeof(cut) + 1 > watch.size)
		return;
	memcpy(watch.buffer + watch.size - 1 - len - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
	memcpy(watch.buffer + watch.size - 1 - len, last, len);
	watch.buffer[watch.size - 1] = '\0';
}

static long load_with_log(union bpf_attr *attr, long size)
{
	long fd = -1;

	if (watch.first_us > SLOW_US) {
		attr->log_level = LOG_LEVEL_SHORT;
		fd = load(attr, size);
	}
	if (fd < 0 && !watch.buffer[0]) {
		attr->log_level = LOG_LEVEL_TRACE;
		fd = load(attr, size);
		if (fd < 0 && errno == ENOSPC && !has_last_words())
			add_last_words(attr, size);
	}
	if (fd < 0)
		errno = watch.first_errno;
	return fd;
}

static long load_program(union bpf_attr *attr, long size)
{
	bool repeated = watch.buffer && attr->log_level && attr->log_buf == (uint64_t)(uintptr_t)watch.buffer &&
			watch.first_errno && attr->insns == watch.insns;

	if (!attr->log_level)
		return load_quietly(attr, size);
	if (!repeated)
		return load(attr, size);
	if (watch.want_log)
		return load_with_log(attr, size);
	errno = watch.first_errno;
	return -1;
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
	if (number == SYS_bpf && arguments[0] == BPF_PROG_LOAD)
		return load_program((union bpf_attr *)(uintptr_t)arguments[1], arguments[2]);
	return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			      arguments[5]);
}
