/* SPDX-License-Identifier: Apache-2.0 */
#include "command/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "output/text.h"

#define PIECE (64 * 1024)
/* A writer that fills the pipe at once is stopped and woken less often. */
#define PIPE_SIZE (256 * 1024)

bool stream__open(struct stream *stream, const char *pattern, size_t tail_max, int read_end)
{
	stream->fd = -1;
	clip__init(&stream->clip, TEST_HEAD_MAX_BYTES, tail_max);
	if (!matcher__init(&stream->matcher, pattern))
		return false;
	(void)fcntl(read_end, F_SETPIPE_SZ, PIPE_SIZE);
	(void)fcntl(read_end, F_SETFL, O_NONBLOCK);
	stream->fd = read_end;
	return true;
}

bool stream__init(struct stream *stream, const char *pattern, size_t tail_max, int *write_end)
{
	int ends[2];

	stream->fd = -1;
	*write_end = -1;
	if (pipe2(ends, O_CLOEXEC)) {
		clip__init(&stream->clip, TEST_HEAD_MAX_BYTES, tail_max);
		return false;
	}
	if (!stream__open(stream, pattern, tail_max, ends[0])) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	*write_end = ends[1];
	return true;
}

static ssize_t take(struct stream *stream)
{
	static char bytes[PIECE];
	static size_t used;
	ssize_t n;

	/* A read that a program on an LSM hook fakes leaves what is there: nothing that was read before counts again. */
	memset(bytes, 0, used);
	n = read(stream->fd, bytes, sizeof(bytes));
	used = n > 0 ? (size_t)n : 0;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return -1;
	if (n <= 0) {
		close(stream->fd);
		stream->fd = -1;
		return 0;
	}
	matcher__feed(&stream->matcher, bytes, (size_t)n);
	clip__add(&stream->clip, bytes, (size_t)n);
	return n;
}

void stream__drain(struct stream *stream)
{
	size_t left = PIPE_SIZE;
	ssize_t n;

	while (stream->fd >= 0 && left && (n = take(stream)) > 0)
		left -= (size_t)n < left ? (size_t)n : left;
}

void stream__free(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
	clip__free(&stream->clip);
	matcher__free(&stream->matcher);
}
