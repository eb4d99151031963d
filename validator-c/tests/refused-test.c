/* SPDX-License-Identifier: Apache-2.0 */
#include "load/refused.h"

#include "test.h"

void test_refused(void)
{
	struct buf log = {};
	char name[16];

	CHECK(!refused__name(&log, "map", "failed to create", name, sizeof(name)));
	buf__adds(&log, "libbpf: map 'events': skipped\nlibbpf: prog 'map': failed to load: -22\n"
			"libbpf: map 'rings': failed to create: -EINVAL\nno end of line");
	CHECK(refused__name(&log, "map", "failed to create", name, sizeof(name)) && !strcmp(name, "rings"));
	CHECK(refused__name(&log, "prog", "failed to load", name, sizeof(name)) && !strcmp(name, "map"));
	CHECK(!refused__name(&log, "prog", "failed to create", name, sizeof(name)));
	buf__free(&log);
}
