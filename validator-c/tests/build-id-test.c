/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/build-id.h"

#include <stdint.h>

#include "test.h"

#define NOTE(name_len, len, type, ...) name_len, 0, 0, 0, len, 0, 0, 0, type, 0, 0, 0, __VA_ARGS__

static const unsigned char notes[] = {
	NOTE(6, 2, 3, 'L', 'i', 'n', 'u', 'x', 0, 0, 0, 9, 9, 0, 0),
	NOTE(4, 4, 1, 'G', 'N', 'U', 0, 1, 2, 3, 4),
	NOTE(4, 5, 3, 'G', 'N', 'U', 0, 0xab, 0, 1, 2, 0xff, 0, 0, 0),
};

void test_build_id(void)
{
	static const unsigned char endless[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3, 0, 0, 0, 'G' };
	char hex[BUILD_ID_HEX_SIZE];
	size_t len;

	build_id__find(notes, sizeof(notes), hex);
	CHECK(!strcmp(hex, "ab000102ff"));
	for (len = 0; len < sizeof(notes); len++) {
		build_id__find(notes, len, hex);
		CHECK(!hex[0]);
	}
	build_id__find(endless, sizeof(endless), hex);
	CHECK(!hex[0]);
	build_id__find(NULL, 0, hex);
	CHECK(!hex[0]);
}
