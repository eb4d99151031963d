/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/disk.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"

#define BLOCKS "/sys/block"
#define INBOX (1024 * 1024)
#define OUTBOX (2 * 1024 * 1024)
/* Any disk driver's kernel lets that through in one piece: what was read is gone, and a half of it would be lost. */
#define TRANSFER_MAX (256 * 1024)
/* Enough for what comes alone. */
#define TRANSFER_FIRST 4096
#define SECTOR 512

static const char magic[4] = { 'B', 'P', 'F', 'D' };

/* At the start of each transfer; little-endian. */
struct letter {
	char magic[4];
	/* Bytes of the stream that follow. */
	uint32_t len;
	/* How many more the host has. */
	uint32_t waiting;
	uint32_t reserved;
};

#define ROOM (TRANSFER_MAX - sizeof(struct letter))

/* The kernel reads and writes them itself, past its caches. */
static char in[TRANSFER_MAX] __attribute__((aligned(4096)));
static char out[TRANSFER_MAX] __attribute__((aligned(4096)));
static size_t in_at, in_end, waiting;
static size_t out_len;

static size_t whole_sectors(size_t len)
{
	return (len + SECTOR - 1) / SECTOR * SECTOR;
}

static int open_disk(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/dev/%.200s", name);
	fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int disk__open(const char *serial)
{
	DIR *blocks = opendir(BLOCKS);
	char path[300], found[64];
	struct dirent *entry;
	int fd = -ENOENT;

	while (blocks && fd == -ENOENT && (entry = readdir(blocks))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), BLOCKS "/%.200s/serial", entry->d_name);
		io__read_line(path, found, sizeof(found));
		if (!strcmp(found, serial))
			fd = open_disk(entry->d_name);
	}
	if (blocks)
		closedir(blocks);
	return fd;
}

/* Has the host's next bytes in `in`, or none. */
static int fetch(int fd)
{
	size_t size = waiting < ROOM ? whole_sectors(sizeof(struct letter) + waiting) : TRANSFER_MAX;
	struct letter letter;
	ssize_t n;

	if (size < TRANSFER_FIRST)
		size = TRANSFER_FIRST;
	n = pread(fd, in, size, INBOX);
	if (n != (ssize_t)size)
		return n < 0 ? -errno : -EIO;
	memcpy(&letter, in, sizeof(letter));
	if (memcmp(letter.magic, magic, sizeof(magic)) || le32toh(letter.len) > size - sizeof(letter))
		return -EPROTO;
	waiting = le32toh(letter.waiting);
	in_at = sizeof(letter);
	in_end = in_at + le32toh(letter.len);
	return 0;
}

ssize_t disk__read(int fd, void *data, size_t len)
{
	int err = in_at < in_end ? 0 : fetch(fd);

	if (err)
		return err;
	if (len > in_end - in_at)
		len = in_end - in_at;
	memcpy(data, in + in_at, len);
	/* There may be keys among it. */
	explicit_bzero(in + in_at, len);
	in_at += len;
	return (ssize_t)len;
}

int disk__flush(int fd)
{
	struct letter letter = { .len = htole32((uint32_t)out_len) };
	size_t used = sizeof(letter) + out_len, size = whole_sectors(used);
	ssize_t n;

	if (!out_len)
		return 0;
	memcpy(letter.magic, magic, sizeof(magic));
	memcpy(out, &letter, sizeof(letter));
	memset(out + used, 0, size - used);
	n = pwrite(fd, out, size, OUTBOX);
	if (n != (ssize_t)size)
		return n < 0 ? -errno : -EIO;
	out_len = 0;
	return 0;
}

int disk__write(int fd, const void *data, size_t len)
{
	const char *from = data;
	size_t piece;
	int err;

	while (len) {
		piece = len < ROOM - out_len ? len : ROOM - out_len;
		memcpy(out + sizeof(struct letter) + out_len, from, piece);
		out_len += piece;
		from += piece;
		len -= piece;
		err = out_len == ROOM ? disk__flush(fd) : 0;
		if (err)
			return err;
	}
	return 0;
}
