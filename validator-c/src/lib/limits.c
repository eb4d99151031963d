/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/limits.h"

#include <sys/resource.h>

/* Two for each program that is attached, of 2048, and those of maps: what a machine allows a service that requests it. */
#define OPEN_FILES 65536

static void set_limit(int resource, rlim_t value)
{
	struct rlimit limit = { .rlim_cur = value, .rlim_max = value };

	setrlimit(resource, &limit);
}

static struct rlimit kernel_memlock = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };

void limits__raise(void)
{
	getrlimit(RLIMIT_MEMLOCK, &kernel_memlock);
	set_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_NOFILE, OPEN_FILES);
}

void limits__lower_memlock(void)
{
	setrlimit(RLIMIT_MEMLOCK, &kernel_memlock);
}

void limits__cpu_seconds(unsigned long long seconds)
{
	set_limit(RLIMIT_CPU, seconds);
}
