/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_FUNCTIONAL_H
#define BPFCOMPAT_FUNCTIONAL_H

#include "output/result.h"
#include "request/request.h"

/*
 * Runs the command of one test by a shell and fills what is known afterwards. Everything the command started is gone
 * when this returns; in a guest, every process but ours and PID 1 is. A command that hangs is a failed test.
 */
void functional__run(struct test *test, const struct request *request);

#endif
