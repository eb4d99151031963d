/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_TEST_H
#define BPFCOMPAT_TEST_H

#include <stdio.h>
#include <string.h>

extern int failures;
extern int checks;

#define CHECK(condition)                                                                          \
	do {                                                                                      \
		checks++;                                                                         \
		if (!(condition)) {                                                               \
			failures++;                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
		}                                                                                 \
	} while (0)

#define CHECK_TEXT(buf, expected)                                                                                \
	do {                                                                                                     \
		checks++;                                                                                        \
		if ((buf).len != strlen(expected) || memcmp((buf).data, expected, (buf).len)) {                  \
			failures++;                                                                              \
			fprintf(stderr, "%s:%d: is '%.*s', expected '%s'\n", __FILE__, __LINE__, (int)(buf).len, \
				(buf).data ? (buf).data : "", expected);                                         \
		}                                                                                                \
	} while (0)

void test_json(void);
void test_sha256(void);
void test_frames(void);
void test_fixtures(const char *directory);
void test_relay(void);
void test_disk(void);
void test_serial(void);
void test_request(void);
void test_entries(void);
void test_request_modules(void);
void test_formats(void);
void test_functional(void);
void test_inner_guess(void);
void test_kernel_log(void);
void test_arena_place(void);
void test_struct_ops_bounds(void);
void test_overrides(void);
void test_old_kernel(void);
void test_build_id(void);
void test_variable(void);
void test_streams(void);
void test_plan(void);
void test_expect(void);
void test_elf_facts(void);
void test_unavailable(void);
void test_verifier_stats(void);
void test_core_relos(void);
void test_similar_members(void);
void test_similar(void);
void test_names(void);
void test_missing_names(void);
void test_externs(void);
void test_line_breaks(void);
void test_renew(void);

#endif
