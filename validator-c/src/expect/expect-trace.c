/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect/expect-assertion.h"
#include "lib/io.h"

/* Longer lines are looked at in pieces. */
#define LINE_MAX_BYTES 4096
/* The width of a task's name. */
#define TASK_FIELD 16
/* For throwing away what was there before. */
#define DRAIN_US 300000

static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

/* One instance for all tests: making and removing it takes the kernel up to 200 ms. Empty before the first. */
static char instance[128];

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool set_event(const char *text)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/events/bpf_trace/bpf_trace_printk/enable", instance);
	return write_text(path, text);
}

/* Not in a guest, which is thrown away with its worker still there. */
static void remove_instance(void)
{
	rmdir(instance);
}

static bool make_instance(const char *mount)
{
	char path[192];

	if (instance[0])
		return true;
	snprintf(path, sizeof(path), "%s/events/bpf_trace/bpf_trace_printk", mount);
	snprintf(instance, sizeof(instance), "%s/instances/bpfcompat-%d", mount, (int)getpid());
	if (!access(path, F_OK) && !mkdir(instance, 0700)) {
		atexit(remove_instance);
		return true;
	}
	instance[0] = '\0';
	return false;
}

/* An instance has its own buffer, so that no one else who reads trace_pipe takes its lines. Since 5.9 it gets them too. */
static int open_instance(const char *mount)
{
	char path[192];
	int fd;

	if (!make_instance(mount))
		return -1;
	/* Opening it this way empties the buffer. */
	snprintf(path, sizeof(path), "%s/trace", instance);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -1;
	close(fd);
	snprintf(path, sizeof(path), "%s/trace_pipe", instance);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || set_event("1"))
		return fd;
	close(fd);
	return -1;
}

static void forget(void *context, const char *text, size_t len)
{
	(void)context;
	(void)text;
	(void)len;
}

int trace_reader__open(struct trace_reader *reader)
{
	char path[192];
	int i, err = -ENOENT;

	*reader = (struct trace_reader){ .fd = -1 };
	for (i = 0; i < 2 && reader->fd < 0; i++)
		reader->fd = open_instance(mounts[i]);
	for (i = 0; i < 2 && reader->fd < 0; i++) {
		snprintf(path, sizeof(path), "%s/trace_pipe", mounts[i]);
		reader->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		err = reader->fd < 0 ? -errno : 0;
		if (!err)
			trace_reader__read(reader, io__now_us() + DRAIN_US, forget, NULL);
	}
	return reader->fd < 0 ? err : 0;
}

void trace_reader__read(struct trace_reader *reader, uint64_t until_us,
			void (*line)(void *context, const char *text, size_t len), void *context)
{
	char bytes[LINE_MAX_BYTES];
	ssize_t n, i;

	while (io__now_us() < until_us) {
		/* As in stream.c: nothing counts twice because a read was faked. */
		memset(bytes, 0, sizeof(bytes));
		n = read(reader->fd, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		for (i = 0; i < n; i++) {
			if (bytes[i] != '\n')
				buf__addc(&reader->line, bytes[i]);
			if (bytes[i] != '\n' && reader->line.len < LINE_MAX_BYTES)
				continue;
			line(context, reader->line.data ? reader->line.data : "", reader->line.len);
			buf__reset(&reader->line);
		}
	}
}

/* Where `what` ends in the text from `at` on; 0 when it is not there. */
static size_t behind(const char *text, size_t len, size_t at, const char *what)
{
	const char *found = at < len ? memmem(text + at, len - at, what, strlen(what)) : NULL;

	return found ? (size_t)(found - text) + strlen(what) : 0;
}

/* `            task-123     [000] d..31    12.345678: bpf_trace_printk: message`; before 5.9 the event is `0`. */
const char *trace_line__message(const char *text, size_t *len)
{
	/* The name is padded to this, and never longer; it may hold anything. */
	size_t at = TASK_FIELD, message;

	if (*len <= at + 1 || text[at] != '-' || !isdigit((unsigned char)text[at + 1]))
		return text;
	at = behind(text, *len, at, "] ");
	at = at ? behind(text, *len, at, ": ") : 0;
	message = at ? behind(text, *len, at, ": ") : 0;
	if (!message)
		return text;
	*len -= message;
	return text + message;
}

void trace_reader__close(struct trace_reader *reader)
{
	if (instance[0])
		set_event("0");
	close(reader->fd);
	buf__free(&reader->line);
	reader->fd = -1;
}
