/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/mounts.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define QUIET (MS_NOSUID | MS_NOEXEC | MS_NODEV)

static const struct {
	const char *type;
	const char *where;
	unsigned long flags;
} table[] = {
	{ "devtmpfs", "/dev", MS_NOSUID },
	{ "proc", "/proc", QUIET },
	{ "sysfs", "/sys", QUIET },
	{ "securityfs", "/sys/kernel/security", QUIET },
	{ "tracefs", "/sys/kernel/tracing", QUIET },
	{ "debugfs", "/sys/kernel/debug", QUIET },
	{ "bpf", "/sys/fs/bpf", QUIET },
	{ "cgroup2", "/sys/fs/cgroup", QUIET },
	{ "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC },
	{ "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV },
	{ "tmpfs", "/tmp", MS_NOSUID | MS_NODEV },
};

void mounts__make(mounts_report report, void *context)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		/* The directories in sysfs are there already; those in the initramfs may not be. */
		mkdir(table[i].where, 0755);
		/* EBUSY: the kernel mounted it before it started us. */
		if (mount(table[i].type, table[i].where, table[i].type, table[i].flags, NULL) && errno != EBUSY)
			report(context, table[i].where, -errno);
	}
}
