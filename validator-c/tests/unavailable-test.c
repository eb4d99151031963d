/* SPDX-License-Identifier: Apache-2.0 */
#include "load/unavailable.h"

#include "test.h"

void test_unavailable(void)
{
	struct buf log = {};
	char name[16];

	CHECK(!unavailable__name(&log, "map", "failed to create", name, sizeof(name)));
	buf__adds(&log, "libbpf: map 'events': skipped\nlibbpf: prog 'map': failed to load: -22\n"
			"libbpf: map 'rings': failed to create: -EINVAL\nno end of line");
	CHECK(unavailable__name(&log, "map", "failed to create", name, sizeof(name)) && !strcmp(name, "rings"));
	CHECK(unavailable__name(&log, "prog", "failed to load", name, sizeof(name)) && !strcmp(name, "map"));
	CHECK(!unavailable__name(&log, "prog", "failed to create", name, sizeof(name)));
	buf__free(&log);
}
