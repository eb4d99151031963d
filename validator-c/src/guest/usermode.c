/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/usermode.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static const char *const sets[] = {
	"/proc/sys/kernel/usermodehelper/bset",
	"/proc/sys/kernel/usermodehelper/inheritable",
};

void usermode__restrict(void (*report)(void *context, const char *what, int err), void *context)
{
	/* Two halves of 32 bits; the kernel only ever takes from these sets. */
	static const char none[] = "0 0";
	size_t i;
	int fd;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		fd = open(sets[i], O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, none, sizeof(none) - 1) < 0)
			report(context, sets[i], -errno);
		if (fd >= 0)
			close(fd);
	}
}
