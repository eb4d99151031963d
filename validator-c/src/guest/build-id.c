/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/build-id.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "lib/io.h"

#define NOTES "/sys/kernel/notes"
#define NOTES_MAX (1 << 20)
#define BYTES_MAX 64

static size_t aligned(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

void build_id__find(const void *notes, size_t len, char hex[BUILD_ID_HEX_SIZE])
{
	const unsigned char *at = notes, *id;
	Elf64_Nhdr head;
	size_t size, i;

	hex[0] = '\0';
	while (len >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		size = sizeof(head) + aligned(head.n_namesz) + aligned(head.n_descsz);
		if (head.n_namesz > len || head.n_descsz > len || size > len)
			return;
		id = at + sizeof(head) + aligned(head.n_namesz);
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(at + sizeof(head), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) && head.n_descsz <= BYTES_MAX) {
			for (i = 0; i < head.n_descsz; i++)
				sprintf(hex + 2 * i, "%02x", id[i]);
			return;
		}
		at += size;
		len -= size;
	}
}

void build_id__of_kernel(char hex[BUILD_ID_HEX_SIZE])
{
	struct buf notes = {};

	hex[0] = '\0';
	if (!io__read_file(NOTES, NOTES_MAX, &notes))
		build_id__find(notes.data, notes.len, hex);
	buf__free(&notes);
}
