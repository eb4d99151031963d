/* SPDX-License-Identifier: Apache-2.0 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "hello.h"
#include "modules.h"
#include "mounts.h"
#include "port.h"
#include "serve.h"
#include "usermode.h"

void init__give_up(const char *format, ...)
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
		reboot(RB_POWER_OFF);
		pause();
	}
}

/* Descriptors 0 to 2 must exist, or the first file we open gets one of them. */
static void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			fd = open("/", O_RDONLY);
	} while (fd >= 0 && fd < 3);
	if (fd >= 3)
		close(fd);
}

static void add_problem(void *context, const char *what, int err)
{
	hello__problem(context, what, err);
}

/* We boot quietly; from here on a warning that an object causes must reach the console. */
static void show_warnings(void)
{
	int fd = open("/proc/sys/kernel/printk", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "5", 1);
	close(fd);
}

void init__main(void)
{
	static struct hello hello;
	int port;

	signal(SIGPIPE, SIG_IGN);
	mounts__make(add_problem, &hello);
	fill_standard_descriptors();
	modules__load_all(add_problem, &hello);
	usermode__restrict(add_problem, &hello);
	port = port__open();
	show_warnings();
	serve__run(port, &hello);
}
