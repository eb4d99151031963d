/* SPDX-License-Identifier: Apache-2.0 */
#include "load/inner-guess-fit.h"

#include <string.h>

#include "lib/io.h"
#include "request/request.h"
#include "test.h"

/* Fitting ends while there is time for a result, and does not begin when there is none. */
static void test_time(void)
{
	uint64_t now = io__now_us();
	struct request request = { .received_us = now, .work_timeout_ms = 40000 };

	CHECK(request__left_us(&request) <= 40000000 && request__left_us(&request) > 30000000);
	CHECK(inner_guess__until(&request) > now + 7500000 && inner_guess__until(&request) < now + 12500000);
	request.received_us = now - 50000000;
	CHECK(!request__left_us(&request) && inner_guess__until(&request) <= io__now_us());
}

void test_inner_guess(void)
{
	struct inner_guess guess = {};
	char text[128];

	inner_guess__begin(&guess);
	CHECK(!inner_guess__learn(&guess, ""));
	CHECK(!inner_guess__learn(&guess, "R1 !read_ok\nprocessed 3 insns\n"));
	/* Another map of the object, whose values have another size. */
	CHECK(!inner_guess__learn(&guess, "invalid access to map value, value_size=8 off=8 size=4\n"));
	CHECK(!inner_guess__learn(&guess, "invalid access to map value, value_size=4 off=-8 size=4\n"));
	CHECK(!inner_guess__learn(&guess, "invalid access to map value, value_size=4 off=65536 size=4\n"));
	CHECK(inner_guess__learn(&guess,
				 "20: (61)\ninvalid access to map value, value_size=4 off=8 size=4\nR0 min value\n"));
	CHECK(guess.value == 12);
	inner_guess__describe(&guess, text, sizeof(text));
	CHECK(!strcmp(text, "inner map hash with key 4, value 12, 1 entry"));
	CHECK(!inner_guess__learn(&guess, "invalid access to map value, value_size=4 off=8 size=4\n"));
	CHECK(!inner_guess__learn(&guess, "cannot pass map_type 1 into func bpf_map_push_elem#87\n"));
	CHECK(inner_guess__learn(&guess, "cannot pass map_type 1 into func bpf_ringbuf_output#130\n"));
	CHECK(guess.type == BPF_MAP_TYPE_RINGBUF && !guess.key && !guess.value);
	CHECK(!inner_guess__learn(&guess, "cannot pass map_type 27 into func bpf_map_lookup_elem#1\n"));
	inner_guess__describe(&guess, text, sizeof(text));
	CHECK(!strcmp(text, "inner ring buffer of 4096 bytes"));
	test_time();
}
