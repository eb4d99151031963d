/* SPDX-License-Identifier: Apache-2.0 */
/* What a loader in C prints at its end (docs/loaders.md): JSON on one line, within the bounds of what a guest may print. */
#ifndef BPFCOMPAT_LOADER_REPORT_H
#define BPFCOMPAT_LOADER_REPORT_H

#include <stdio.h>
#include <string.h>

#define EXIT_USAGE 1
#define EXIT_REJECTED 2
#define NAME_MAX_BYTES 256
#define ERROR_MAX_BYTES 4000
/* The last words of a log matter most. */
#define LOG_MAX_BYTES (64 * 1024)
#define ENTRIES_MAX 512

/* A string with its quotes; bytes outside of ASCII become question marks. Of more than `max` bytes the last ones are kept. */
static inline void report__string(const char *text, size_t max)
{
	size_t len = strlen(text);

	putchar('"');
	for (text += len > max ? len - max : 0; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte == '\n')
			fputs("\\n", stdout);
		else if (byte < 0x20 || byte == 0x7f)
			printf("\\u%04x", byte);
		else
			putchar(byte < 0x80 ? byte : '?');
	}
	putchar('"');
}

/* `"key":"text"` with a comma in front. */
static inline void report__member(const char *key, const char *text, size_t max)
{
	printf(",\"%s\":", key);
	report__string(text, max);
}

static inline void report__begin(const char *loader, const char *version)
{
	fputs("{\"format\":\"bpfcompat.loader.v1\"", stdout);
	report__member("loader", loader, NAME_MAX_BYTES);
	report__member("version", version, NAME_MAX_BYTES);
}

/* An open object with what every step says; `errno_` is negative or 0. */
static inline void report__step(const char *status, int errno_, const char *error)
{
	printf("{\"status\":\"%s\",\"errno\":%d", status, errno_);
	report__member("error", error, ERROR_MAX_BYTES);
}

#endif
