/* SPDX-License-Identifier: Apache-2.0 */
/* Fitting the guess of inner maps to the programs of an object whose load has failed. */
#ifndef BPFCOMPAT_INNER_GUESS_FIT_H
#define BPFCOMPAT_INNER_GUESS_FIT_H

#include "output/work.h"

/* One field is learned in each round, or one program left out that fails for another reason. */
#define INNER_GUESS_ROUNDS_MAX 64

/* When to stop fitting it, on the clock of io__now_us: the rest of the time is for the result. */
uint64_t inner_guess__until(const struct request *request);
/*
 * After a load that failed: fits the guess to the programs that are to be loaded. True when it changed; then the object is
 * opened again, and worth another load.
 */
bool inner_guess__fit(struct work *work);

#endif
