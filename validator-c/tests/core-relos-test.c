/* SPDX-License-Identifier: Apache-2.0 */
#include "load/core-relos.h"

#include <stdlib.h>

#include "test.h"

static void check_access(const char *description, const char *expected)
{
	char *access = core_relos__access(description);

	CHECK(access && !strcmp(access, expected));
	free(access);
}

void test_core_relos(void)
{
	size_t count = 1;
	uint64_t dropped = 1;

	check_access("<byte_off> [77] struct inet_sock.freebind (0:14 @ offset 792.2)", "struct inet_sock.freebind");
	check_access("<type_exists> [7] struct sk_buff", "struct sk_buff");
	check_access("<enumval_value> [9] enum bpf_cmd::BPF_PROG_LOAD = 5", "enum bpf_cmd::BPF_PROG_LOAD");
	check_access("<byte_off> [3] struct a.b[2].c (0:1:2:0 @ offset 8)", "struct a.b[2].c");
	check_access("", "");
	CHECK(!strcmp(core_relos__kind_name(2), "field_exists") && !strcmp(core_relos__kind_name(99), "unknown"));
	core_relos__list(&count, &dropped);
	CHECK(!count && !dropped);
}
