/* SPDX-License-Identifier: Apache-2.0 */
/* Resource limits of this process. */
#ifndef BPFCOMPAT_LIMITS_H
#define BPFCOMPAT_LIMITS_H

/* RLIMIT_MEMLOCK without end, files for all that an object has, no core files. */
void limits__raise(void);
/* RLIMIT_MEMLOCK as it was before, for what is run by us and has to raise it itself. */
void limits__lower_memlock(void);
/* Seconds of CPU time, for what spins. */
void limits__cpu_seconds(unsigned long long seconds);

#endif
