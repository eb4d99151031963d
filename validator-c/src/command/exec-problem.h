/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_EXEC_PROBLEM_H
#define BPFCOMPAT_EXEC_PROBLEM_H

#include <stddef.h>

#include "output/result.h"
#include "request/request.h"

/*
 * Why a program that a failed test names could not be run although it is there: shells only say "not found" for it.
 * Writes "" when the exit code does not speak of that, or no reason is to be seen.
 */
void exec_problem__find(const struct request *request, const struct test *test, char *why, size_t size);

#endif
