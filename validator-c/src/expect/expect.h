/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test expects without any shell: entries of maps, global variables, records of buffers, lines of trace_pipe, programs run once by
 * BPF_PROG_TEST_RUN. Looked at while the links live. docs/guest-protocol.md has the spelling of the plan's lines.
 */
#ifndef BPFCOMPAT_EXPECT_H
#define BPFCOMPAT_EXPECT_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "lib/json.h"
#include "output/result.h"

#define EXPECT_MAX 64

/*
 * Adds one assertion; `kind` is `map`, `variable`, `event` or `run`, `line` what stands behind the `=` of the plan. False when it
 * cannot be read or there are too many.
 */
bool expect__parse(struct expect **expect, const char *kind, const char *line);
/* Opens readers, remembers what maps hold, then runs programs. All three calls do nothing for a test without assertions. */
void expect__begin(struct test *test, struct bpf_object *obj);
/* Reads what has arrived, so that no buffer runs over while a command runs. */
void expect__poll(struct expect *expect);
/*
 * Waits until everything holds or the time of the test is up, then judges. When the test has failed already, nothing is
 * waited for.
 */
void expect__finish(struct test *test);
/* The key `assertions` of a test, into an object that is open. */
void expect__put(struct json *json, const struct expect *expect);
void expect__free(struct expect *expect);

#endif
