/* SPDX-License-Identifier: Apache-2.0 */
#include "load/arena-place.h"

#include <sys/mman.h>

#include "test.h"

#define PAGE 4096

static char own[2 * PAGE];

void test_arena_place(void)
{
	char *free_place = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int on_stack = 0;

	CHECK(free_place != MAP_FAILED);
	CHECK(arena_place__is_taken(own, PAGE));
	CHECK(arena_place__is_taken(&on_stack, 1));
	CHECK(arena_place__is_taken(free_place, PAGE));
	munmap(free_place + PAGE, PAGE);
	CHECK(!arena_place__is_taken(free_place + PAGE, PAGE));
	CHECK(arena_place__is_taken(free_place + PAGE, PAGE + 1));
	CHECK(arena_place__is_taken(free_place + PAGE - 1, PAGE));
	/* Beyond the last address. */
	CHECK(arena_place__is_taken((void *)-PAGE, 2 * PAGE));
	munmap(free_place, 3 * PAGE);
}
