/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

int failures;
int checks;

int main(int argc, char **argv)
{
	test_json();
	test_sha256();
	test_frames();
	test_relay();
	test_disk();
	test_serial();
	test_request();
	test_entries();
	test_request_modules();
	test_overrides();
	test_variable();
	test_streams();
	test_plan();
	test_expect();
	test_elf_facts();
	test_unavailable();
	test_verifier_stats();
	test_core_relos();
	test_similar_members();
	test_similar();
	test_names();
	test_missing_names();
	test_externs();
	test_line_breaks();
	test_formats();
	test_functional();
	test_inner_guess();
	test_kernel_log();
	test_arena_place();
	test_old_kernel();
	test_build_id();
	test_struct_ops_bounds();
	test_renew();
	if (argc > 1)
		test_fixtures(argv[1]);
	printf("%d checks, %d failed\n", checks, failures);
	return failures ? 1 : 0;
}
