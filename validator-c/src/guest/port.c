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

/* The kernel hands it to PID 1 out of its command line: `disk` where there is no virtio-serial. */
#define KIND "bpfcompat_port"

static bool on_disk;

/* A descriptor; or a negative errno, -ENOENT while the port has not appeared. */
static int open_serial(void)
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

static void require_driver(const char *path, const char *module)
{
	if (access(path, F_OK) && errno == ENOENT)
		die__power_off("the kernel has no driver %s; name the directory with its modules, or build it in",
			       module);
}

/* Drivers are there once their modules are loaded: without one no port ever appears. */
static void require_drivers(void)
{
	/* Where this is no PCI machine, or there is no sysfs, nothing is said by what is missing. */
	if (access("/sys/bus/pci/drivers", F_OK))
		return;
	require_driver("/sys/bus/pci/drivers/virtio-pci", "virtio_pci");
	if (on_disk)
		require_driver("/sys/bus/virtio/drivers/virtio_blk", "virtio_blk");
	else
		require_driver("/sys/bus/virtio/drivers/virtio_console", "virtio_console");
}

/* The kernel announces ports some time after the driver is loaded. */
int port__open(void)
{
	uint64_t deadline = io__now_us() + WAIT_MAX_US;
	const char *kind = getenv(KIND);
	int fd;

	on_disk = kind && !strcmp(kind, "disk");
	require_drivers();
	for (;;) {
		fd = on_disk ? disk__open(PORT_NAME) : open_serial();
		if (fd >= 0)
			return fd;
		if (io__now_us() > deadline)
			die__power_off("no %s named " PORT_NAME ": %s", on_disk ? "disk" : "virtio-serial port",
				       strerror(-fd));
		io__sleep_us(RETRY_US);
	}
}

/* How many bytes came, 0 for none yet, or -1 with errno. */
static ssize_t read_some(int fd, char *to, size_t len)
{
	ssize_t n;

	if (!on_disk)
		return read(fd, to, len);
	/* The host lets us wait. */
	while (!(n = disk__read(fd, to, len)))
		;
	if (n < 0)
		errno = (int)-n;
	return n < 0 ? -1 : n;
}

void port__read(int fd, void *data, size_t len)
{
	char *to = data;
	ssize_t n;

	while (len) {
		n = read_some(fd, to, len);
		if (n > 0) {
			to += n;
			len -= (size_t)n;
			continue;
		}
		/* End of file means that the host is not connected, for now. */
		if (!n || errno == EAGAIN)
			io__sleep_us(SLOW_RETRY_US);
		else if (errno != EINTR)
			die__power_off("reading from the host failed: %s", strerror(errno));
	}
}

int port__write(int fd, const void *data, size_t len)
{
	return on_disk ? disk__write(fd, data, len) : io__write_full(fd, data, len);
}

int port__flush(int fd)
{
	return on_disk ? disk__flush(fd) : 0;
}
