/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/disk.h"
#include "guest/serial.h"
#include "lib/die.h"
#include "lib/io.h"

#define PORT_NAME "org.bpfcompat.port"
#define PORTS "/sys/class/virtio-ports"
#define RETRY_US 500
#define SLOW_RETRY_US 5000
#define WAIT_MAX_US 60000000

static bool has_name(const char *entry)
{
	char path[300], name[64];

	snprintf(path, sizeof(path), PORTS "/%.200s/name", entry);
	io__read_line(path, name, sizeof(name));
	return !strcmp(name, PORT_NAME);
}

/* The kernel hands it to PID 1 out of its command line: what there is instead of virtio-serial. */
#define KIND "bpfcompat_port"

/* A descriptor; or a negative errno, -ENOENT while the port has not appeared. */
static int open_port(void)
{
	DIR *ports = opendir(PORTS);
	int fd = -ENOENT;
	struct dirent *entry;
	char path[300];

	while (ports && fd == -ENOENT && (entry = readdir(ports))) {
		if (entry->d_name[0] == '.' || !has_name(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%.200s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	if (ports)
		closedir(ports);
	return fd;
}

static int open_disk(void)
{
	return disk__open(PORT_NAME);
}

/* How many bytes came, 0 for none yet, or a negative errno. */
static ssize_t read_port(int fd, void *data, size_t len)
{
	ssize_t n = read(fd, data, len);

	return n < 0 ? -errno : n;
}

static int no_flush(int fd)
{
	(void)fd;
	return 0;
}

static const struct kind {
	const char *name, *what;
	/* Module of the driver; NULL: every kernel that gets here has it. */
	const char *driver;
	/* A descriptor; or a negative errno, -ENOENT while it has not appeared. */
	int (*open)(void);
	/* How many bytes came, 0 for none yet, or a negative errno. */
	ssize_t (*read)(int fd, void *data, size_t len);
	int (*write)(int fd, const void *data, size_t len);
	int (*flush)(int fd);
	/* When nothing came, the host has let us wait already. */
	bool waits;
} kinds[] = {
	{ "", "virtio-serial port named " PORT_NAME, "virtio_console", open_port, read_port, io__write_full, no_flush,
	  false },
	{ "disk", "disk named " PORT_NAME, "virtio_blk", open_disk, disk__read, disk__write, disk__flush, true },
	{ "serial", "serial line", NULL, serial__open, serial__read, serial__write, serial__flush, true },
};

static const struct kind *kind = kinds;

static void choose_kind(void)
{
	const char *name = getenv(KIND);
	size_t i;

	for (i = 0; name && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name))
			kind = &kinds[i];
}

static void require_driver(const char *path, const char *module)
{
	if (access(path, F_OK) && errno == ENOENT)
		die__power_off("the kernel has no driver %s; name the directory with its modules, or build it in",
			       module);
}

/* Drivers are there once their modules are loaded: without one no port ever appears. */
static void require_drivers(void)
{
	char path[100];

	/* Where this is no PCI machine, or there is no sysfs, nothing is said by what is missing. */
	if (!kind->driver || access("/sys/bus/pci/drivers", F_OK))
		return;
	require_driver("/sys/bus/pci/drivers/virtio-pci", "virtio_pci");
	snprintf(path, sizeof(path), "/sys/bus/virtio/drivers/%s", kind->driver);
	require_driver(path, kind->driver);
}

/* The kernel announces ports some time after the driver is loaded. */
int port__open(void)
{
	uint64_t deadline = io__now_us() + WAIT_MAX_US;
	int fd;

	choose_kind();
	require_drivers();
	for (;;) {
		fd = kind->open();
		if (fd >= 0)
			return fd;
		if (io__now_us() > deadline)
			die__power_off("no %s: %s", kind->what, strerror(-fd));
		io__sleep_us(RETRY_US);
	}
}

void port__read(int fd, void *data, size_t len)
{
	char *to = data;
	ssize_t n;

	while (len) {
		n = kind->read(fd, to, len);
		if (n > 0) {
			to += n;
			len -= (size_t)n;
			continue;
		}
		/* End of file means that the host is not connected, for now. */
		if ((!n && !kind->waits) || n == -EAGAIN)
			io__sleep_us(SLOW_RETRY_US);
		else if (n && n != -EINTR)
			die__power_off("reading from the host failed: %s", strerror((int)-n));
	}
}

int port__write(int fd, const void *data, size_t len)
{
	return kind->write(fd, data, len);
}

int port__flush(int fd)
{
	return kind->flush(fd);
}
