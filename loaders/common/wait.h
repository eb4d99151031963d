/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loader that was called with `wait` is saved with its guest: it has learnt about the kernel by then, says so with one byte, and
 * reads what its arguments would have been, each with its NUL (docs/loaders.md).
 */
#ifndef BPFCOMPAT_LOADER_WAIT_H
#define BPFCOMPAT_LOADER_WAIT_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline int wait__requested(int argc, char **argv)
{
	return argc == 2 && !strcmp(argv[1], "wait");
}

/* Puts the arguments where main() has its own; 0 when there is nothing to do any more. */
static inline int wait__for_object(char *argv[3])
{
	static char words[8192];
	size_t len = 0;
	ssize_t n;

	putchar('\n');
	fflush(stdout);
	while (len < sizeof(words) - 1 && (n = read(0, words + len, sizeof(words) - 1 - len)) > 0)
		len += (size_t)n;
	argv[1] = words;
	argv[2] = words + strlen(words) + 1;
	return len > 0 && argv[2] < words + len;
}

#endif
