/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_FUNCTIONAL_H
#define BPFCOMPAT_FUNCTIONAL_H

#include "result.h"

/*
 * Runs the command of one test with /bin/sh in its own process group, for at most its time-out, and fills in the
 * answer. A test that already failed (a plan that cannot be read) is left alone.
 */
void functional__run(struct test *test);

#endif
