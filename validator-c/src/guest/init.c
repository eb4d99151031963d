/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/init.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "guest/hello.h"
#include "guest/mounts.h"
#include "guest/port.h"
#include "guest/serve.h"
#include "guest/usermode.h"
#include "lib/modules.h"

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
