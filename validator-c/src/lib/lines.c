/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Far more than any kernel has. */
#define LINES_MAX 4000000
#define CHUNK (64 * 1024)

bool lines__each(const char *path, lines_take take, void *context)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), lines = 0;
	static char chunk[CHUNK + 1];
	size_t kept = 0;
	char *at, *end;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	while (lines < LINES_MAX && ((n = read(fd, chunk + kept, CHUNK - kept)) > 0 || (n < 0 && errno == EINTR))) {
		kept += n > 0 ? (size_t)n : 0;
		at = chunk;
		chunk[kept] = '\0';
		while ((end = memchr(at, '\n', (size_t)(chunk + kept - at))) || (at == chunk && kept == CHUNK)) {
			if (end)
				*end = '\0';
			take(context, at);
			lines++;
			at = end ? end + 1 : chunk + kept;
		}
		kept -= (size_t)(at - chunk);
		memmove(chunk, at, kept);
	}
	close(fd);
	return n >= 0;
}

bool lines__each_tracing(const char *file, lines_take take, void *context)
{
	static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[128];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", mounts[i], file);
		if (lines__each(path, take, context))
			return true;
	}
	return false;
}
