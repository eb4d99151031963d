/* SPDX-License-Identifier: Apache-2.0 */
/* One output stream of a command: all of it is searched and counted, its beginning and its end are kept. */
#ifndef BPFCOMPAT_STREAM_H
#define BPFCOMPAT_STREAM_H

#include "command/matcher.h"
#include "lib/clip.h"

struct stream {
	/* Our end of the pipe; -1 once it was read to its end. */
	int fd;
	struct matcher matcher;
	struct clip clip;
};

/*
 * Makes the pipe; `write_end` is for the command, `tail_max` bytes are kept of the end. False when that failed, errno says.
 */
bool stream__init(struct stream *stream, const char *pattern, size_t tail_max, int *write_end);
/* The same for a pipe that is there: `read_end` is taken over unless that failed. */
bool stream__open(struct stream *stream, const char *pattern, size_t tail_max, int read_end);
/* Takes what lies in the pipe, at most as much as fits in there. */
void stream__drain(struct stream *stream);
void stream__free(struct stream *stream);

#endif
