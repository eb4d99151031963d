/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a functional test, in its stage and in the document alike. */
#ifndef BPFCOMPAT_EVIDENCE_FUNCTIONAL_H
#define BPFCOMPAT_EVIDENCE_FUNCTIONAL_H

#include "lib/json.h"
#include "output/evidence.h"

/* The keys of one functional test, into an object that is open. */
void test__put(struct json *json, const struct test *test);
/* The stage `functional`. */
void evidence__functional(struct evidence *evidence, const struct test *test);

#endif
