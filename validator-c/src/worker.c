/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "work.h"

static void set_limit(int resource, rlim_t value)
{
	struct rlimit limit = { .rlim_cur = value, .rlim_max = value };

	setrlimit(resource, &limit);
}

void worker__raise_limits(void)
{
	set_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
	set_limit(RLIMIT_CORE, 0);
}

void worker__main(struct request *request, int fd)
{
	struct evidence evidence = { .fd = fd };
	struct result result = {};
	struct buf document = {};
	struct work work = { .request = request, .result = &result, .evidence = &evidence };
	int code;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	worker__raise_limits();
	/* PID 1 keeps the wall clock; this one is for what spins. */
	set_limit(RLIMIT_CPU, request->work_timeout_ms / 1000 + 2);
	code = work__run(&work, &document);
	evidence__done(&evidence, (uint8_t)code);
	for (;;)
		pause();
}
