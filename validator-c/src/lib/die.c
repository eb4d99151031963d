/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/die.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

void die__power_off(const char *format, ...)
{
	char text[512];
	va_list args;
	int fd, len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text) - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(text) - 2)
		len = sizeof(text) - 2;
	text[len++] = '\n';
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!write(fd, "bpfcompat: ", 11);
		(void)!write(fd, text, (size_t)len);
	}
	sync();
	for (;;) {
		/* Not all machines of ours can be switched off; a restart ends each of them. */
		reboot(RB_AUTOBOOT);
		pause();
	}
}
