/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel refuses to read a record into less than it needs; 8 KB is its own limit. */
#define RECORD_MAX 8192
#define LINES_MAX 32
#define LINE_MAX_BYTES 300
/* Nobody may keep us here by writing faster than we read. */
#define RECORDS_MAX 100000
/* Priorities of records: the level in the lowest three bits, above them who wrote it. The kernel is 0, and no one else. */
#define LEVELS 8

/* False where there are flags that cannot be read. */
static bool read_taint(int fd, uint64_t *taint)
{
	char line[32];
	ssize_t n;

	if (fd < 0)
		return true;
	n = pread(fd, line, sizeof(line) - 1, 0);
	if (n <= 0)
		return false;
	line[n] = '\0';
	*taint = strtoull(line, NULL, 10);
	return true;
}

void kernel_log__begin(struct kernel_log *log)
{
	log->taint = 0;
	log->taint_fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	read_taint(log->taint_fd, &log->taint);
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd >= 0)
		lseek(log->fd, 0, SEEK_END);
}

const char *kernel_log__trouble(char *record)
{
	static const char *const words[] = { "WARNING: ", "BUG", "Oops: ", "SAN: ", "general protection fault",
					     "Internal error: ", "Unable to handle ", "unregister_netdevice: " };
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
	return NULL;
}

/* @whole: there was all to read. False when the log could not be read although it is there. */
static bool put_lines(int fd, struct json *json, bool *whole)
{
	char record[RECORD_MAX + 1];
	int lines = 0, count;
	bool readable = true;
	const char *text;
	ssize_t n;

	*whole = fd >= 0;
	for (count = 0; fd >= 0 && count < RECORDS_MAX; count++) {
		n = read(fd, record, RECORD_MAX);
		if (n < 0 && errno == EPIPE) {
			/* Overwritten before it was read; what comes next is the oldest that is left. */
			*whole = false;
			continue;
		}
		if (n <= 0) {
			readable = !n || errno == EAGAIN;
			break;
		}
		record[n] = '\0';
		text = kernel_log__trouble(record);
		if (text && lines++ < LINES_MAX)
			json__str(json, NULL, text, LINE_MAX_BYTES);
	}
	*whole = *whole && readable && lines <= LINES_MAX && count < RECORDS_MAX;
	return readable;
}

void kernel_log__end(struct kernel_log *log, struct json *json)
{
	uint64_t taint = log->taint;
	bool whole, readable;

	json__object(json, "kernel");
	json__array(json, "lines");
	readable = put_lines(log->fd, json, &whole);
	json__end(json);
	readable = read_taint(log->taint_fd, &taint) && readable;
	json__bool(json, "whole", whole);
	/* Whoever is asked may refuse to be read: then nobody knows. */
	if (!readable)
		json__bool(json, "refused", true);
	json__uint(json, "taint_before", log->taint);
	json__uint(json, "taint_after", taint);
	json__end(json);
	if (log->fd >= 0)
		close(log->fd);
	if (log->taint_fd >= 0)
		close(log->taint_fd);
}
