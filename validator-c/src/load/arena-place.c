/* SPDX-License-Identifier: Apache-2.0 */
#include "load/arena-place.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Written as a number: headers of the distribution may not know it yet. */
#define MAP_TYPE_ARENA 33

void *__wrap_mmap64(void *start, size_t size, int protection, int flags, int fd, off64_t offset);
void *__real_mmap64(void *start, size_t size, int protection, int flags, int fd, off64_t offset);

bool arena_place__is_taken(const void *start, size_t size)
{
	uintptr_t first = (uintptr_t)start, last = first + size - 1, from, to;
	FILE *maps = fopen("/proc/self/maps", "re");
	bool taken = !maps || last < first;
	char line[512];

	while (!taken && fgets(line, sizeof(line), maps))
		taken = sscanf(line, "%lx-%lx", &from, &to) != 2 ||
			(from <= last && to > first && !strstr(line, " anon_inode:bpf-map"));
	if (maps)
		fclose(maps);
	return taken;
}

static bool is_arena(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == MAP_TYPE_ARENA;
}

/* What else libbpf maps at a fixed place is a place that it reserved before. */
void *__wrap_mmap64(void *start, size_t size, int protection, int flags, int fd, off64_t offset)
{
	if ((flags & MAP_FIXED) && is_arena(fd) && arena_place__is_taken(start, size)) {
		errno = EEXIST;
		return MAP_FAILED;
	}
	return __real_mmap64(start, size, protection, flags, fd, offset);
}
