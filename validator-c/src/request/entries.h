/* SPDX-License-Identifier: Apache-2.0 */
/* What the host puts into the guest besides the object: files, whose bytes follow as blobs, and links. */
#ifndef BPFCOMPAT_ENTRIES_H
#define BPFCOMPAT_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

/* src/protocol/guest-files.ts has the same limits. */
#define ENTRIES_MAX 4096
#define ENTRIES_MAX_BYTES (256ULL << 20)
#define ENTRY_MAX_PATH 1024

struct entry {
	char *path;
	/* What a link says; NULL for a file. */
	char *target;
	uint64_t size;
	unsigned int mode;
};

struct entries {
	struct entry *list;
	int count;
	int room;
	/* Sum of the sizes of all files. */
	uint64_t bytes;
};

/* The value of a `file=` line: `<octal mode> <size> <absolute path>`. False when it is none, or one too many. */
bool entries__add_file(struct entries *entries, const char *value);
/* The value of a `link=` line: `<absolute path> <target>`. */
bool entries__add_link(struct entries *entries, const char *value);
void entries__free(struct entries *entries);

#endif
