/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/kernel-log.h"

#include <stdio.h>

#include "test.h"

static void takes(const char *record, const char *expected)
{
	char text[256];
	const char *got;

	snprintf(text, sizeof(text), "%s", record);
	got = kernel_log__trouble(text);
	CHECK(expected ? got && !strcmp(got, expected) : !got);
}

void test_kernel_log(void)
{
	takes("4,339,5140900,-;WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n SUBSYSTEM=x\n",
	      "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2");
	takes("1,340,5140900,c,caller=T12;BUG: kernel NULL pointer dereference\n",
	      "BUG: kernel NULL pointer dereference");
	takes("3,344,5140900,-;sched_ext: BPF scheduler \"late\" disabled (runnable task stall)\n",
	      "sched_ext: BPF scheduler \"late\" disabled (runnable task stall)");
	takes("6,345,5140900,-;sched_ext: BPF scheduler \"late\" enabled\n", NULL);
	takes("6,341,5140900,-;eth0: link is up\n", NULL);
	/* Written by a process: its facility is never the kernel's. */
	takes("12,342,5140900,-;WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n", NULL);
	takes("8,343,5140900,-;BUG: forged\n", NULL);
	takes("no record", NULL);
	takes("-;BUG: x", NULL);
	takes("", NULL);
}
