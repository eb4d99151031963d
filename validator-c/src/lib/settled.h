/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How PID 1 shows its worker that all it said has left the guest: the number of the request, in memory that both share. No
 * read is needed for it, which a program on an LSM hook could fake.
 */
#ifndef BPFCOMPAT_SETTLED_H
#define BPFCOMPAT_SETTLED_H

#include <stdint.h>

void settled__report(uint32_t *settled, uint32_t number);
/* Returns once `number` was set; waits for ever when it never is. */
void settled__await(uint32_t *settled, uint32_t number);

#endif
