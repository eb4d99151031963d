/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/io.h"

/* The kernel does not read a record into less than it needs; 8 KB is its own limit. */
#define RECORD_MAX 8192
#define LINES_MAX 32
#define LINE_MAX_BYTES 300
/* The host takes no more `kernel` stages. */
#define LOOKS_MAX 64
/* No one may keep us here by writing faster than we read. */
#define RECORDS_MAX 100000
/* Priorities of records: the level in the lowest three bits, above them who wrote it. The kernel is 0, and no one else. */
#define LEVELS 8

/* False where there are flags that cannot be read: what denies a read may also return any number of bytes. */
static bool read_taint(int fd, uint64_t *taint)
{
	char line[32] = "", *end;
	ssize_t n;

	if (fd < 0)
		return true;
	n = pread(fd, line, sizeof(line) - 1, 0);
	if (n < 2 || (size_t)n != strlen(line) || line[n - 1] != '\n')
		return false;
	*taint = strtoull(line, &end, 10);
	return end == line + n - 1;
}

void kernel_log__begin(struct kernel_log *log)
{
	log->taint = 0;
	log->reported_taint = 0;
	log->reported = 0;
	log->taint_fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	read_taint(log->taint_fd, &log->taint);
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	log->mark_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (log->fd >= 0)
		lseek(log->fd, 0, SEEK_END);
}

/*
 * Puts a record behind all others: whoever reads up to it has read everything, whatever a read returns. At the
 * level of debugging, so that no console shows it. False when it cannot be written.
 */
static bool put_mark(int fd, char *mark, size_t size)
{
	unsigned long long number = 0;
	int len;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = io__now_us();
	/* Without the line feed the record stays open for more text and cannot be read. */
	len = snprintf(mark, size, "<7>bpfcompat: end of response %llx\n", number);
	if (write(fd, mark, len) != len)
		return false;
	mark[len - 1] = '\0';
	return true;
}

const char *kernel_log__trouble(char *record)
{
	static const char *const words[] = { "WARNING: ",
					     "BUG",
					     "Oops: ",
					     "SAN: ",
					     "general protection fault",
					     "Internal error: ",
					     "Unable to handle ",
					     "unregister_netdevice: " };
	char *text = strchr(record, ';'), *end;
	size_t i;

	if (!text || strtoul(record, &end, 10) >= LEVELS || *end != ',')
		return NULL;
	text++;
	/* Lines behind the first one are properties. */
	text[strcspn(text, "\n")] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]))
			return text;
	/* A scheduler that the kernel took out of service, in the words that say why. */
	return !strncmp(text, "sched_ext: ", strlen("sched_ext: ")) && strstr(text, " disabled (") ? text : NULL;
}

/* How far the records were read. */
struct reading {
	int records;
	/* Those that may show trouble. */
	int lines;
	/* Some were overwritten before they were read. */
	bool lost;
	/* There was no other one. */
	bool dry;
};

/* Puts the lines that may show trouble: up to the record with @mark; without one, of what there is by now. */
static struct reading put_lines(const struct kernel_log *log, struct json *json, const char *mark)
{
	struct reading seen = { 0 };
	char record[RECORD_MAX + 1];
	const char *text;
	ssize_t n;

	for (; log->fd >= 0 && seen.records < RECORDS_MAX; seen.records++) {
		memset(record, 0, sizeof(record));
		n = read(log->fd, record, RECORD_MAX);
		if (n < 0 && errno == EPIPE) {
			/* What comes next is the oldest that is left. */
			seen.lost = true;
			continue;
		}
		if (n <= 0 || !strchr(record, ';')) {
			seen.dry = true;
			break;
		}
		if (mark && strstr(record, mark))
			break;
		text = kernel_log__trouble(record);
		if (text && seen.lines++ < LINES_MAX)
			json__str(json, NULL, text, LINE_MAX_BYTES);
	}
	return seen;
}

bool kernel_log__look(struct kernel_log *log, struct json *json)
{
	uint64_t taint = log->taint;
	bool trouble;

	if (log->reported == LOOKS_MAX)
		return false;
	json__object(json, NULL);
	json__str(json, "stage", "kernel", 16);
	json__object(json, "kernel");
	json__array(json, "lines");
	trouble = put_lines(log, json, NULL).lines > 0;
	json__end(json);
	read_taint(log->taint_fd, &taint);
	trouble = trouble || (taint & ~log->taint & ~log->reported_taint);
	log->reported_taint |= taint;
	log->reported += trouble;
	/* Whether there is more is said at the end. */
	json__bool(json, "whole", false);
	json__uint(json, "taint_before", log->taint);
	json__uint(json, "taint_after", taint);
	json__end(json);
	json__end(json);
	return trouble;
}

/* @whole: there was all to read. False when the log could not be read although it is there. */
static bool put_rest(const struct kernel_log *log, struct json *json, bool *whole)
{
	char mark[64] = "";
	bool marked = log->fd >= 0 && put_mark(log->mark_fd, mark, sizeof(mark));
	struct reading seen = put_lines(log, json, marked ? mark + strlen("<7>") : NULL);
	/* Without the mark nothing says that this was all. */
	bool readable = log->fd < 0 || (marked && !seen.dry);

	*whole = log->fd >= 0 && readable && !seen.lost && seen.lines <= LINES_MAX && seen.records < RECORDS_MAX;
	return readable;
}

void kernel_log__end(struct kernel_log *log, struct json *json)
{
	uint64_t taint = log->taint;
	bool whole, readable;

	json__object(json, "kernel");
	json__array(json, "lines");
	readable = put_rest(log, json, &whole);
	json__end(json);
	readable = read_taint(log->taint_fd, &taint) && readable;
	json__bool(json, "whole", whole);
	/* A file may deny the read: then it is not known. */
	if (!readable)
		json__bool(json, "refused", true);
	json__uint(json, "taint_before", log->taint);
	json__uint(json, "taint_after", taint);
	json__end(json);
	if (log->fd >= 0)
		close(log->fd);
	if (log->mark_fd >= 0)
		close(log->mark_fd);
	if (log->taint_fd >= 0)
		close(log->taint_fd);
}
