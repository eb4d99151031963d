/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/disk.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#define INBOX (1024 * 1024)
#define OUTBOX (2 * 1024 * 1024)
#define HEADER 16
#define ROOM (256 * 1024 - HEADER)

/* A file stands for the disk: what lies at the inbox is read again and again, which the host's disk never does. */
static int disk_file(void)
{
	char path[] = "/tmp/bpfcompat-disk-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	unlink(path);
	CHECK(!ftruncate(fd, 4 * 1024 * 1024));
	return fd;
}

static void put_letter(int fd, const char *magic, uint32_t len, uint32_t waiting, const void *data, size_t size)
{
	unsigned char header[HEADER] = {};
	int i;

	memcpy(header, magic, 4);
	for (i = 0; i < 4; i++) {
		header[4 + i] = (unsigned char)(len >> (8 * i));
		header[8 + i] = (unsigned char)(waiting >> (8 * i));
	}
	CHECK(pwrite(fd, header, HEADER, INBOX) == HEADER);
	CHECK(pwrite(fd, data, size, INBOX + HEADER) == (ssize_t)size);
}

static void test_reading(int fd)
{
	static char big[ROOM], back[ROOM];
	char text[16] = {};
	size_t i;

	put_letter(fd, "BPFD", 0, 0, "", 0);
	CHECK(disk__read(fd, text, sizeof(text)) == 0);
	put_letter(fd, "BPFD", 7, ROOM, "request", 7);
	CHECK(disk__read(fd, text, 3) == 3 && !memcmp(text, "req", 3));
	CHECK(disk__read(fd, text, sizeof(text)) == 4 && !memcmp(text, "uest", 4));
	/* It knows how much waits, and takes it all at once. */
	for (i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7);
	put_letter(fd, "BPFD", ROOM, 0, big, sizeof(big));
	CHECK(disk__read(fd, back, sizeof(back)) == ROOM && !memcmp(big, back, sizeof(big)));
	put_letter(fd, "BPFD", 4096 - HEADER + 1, 0, "", 0);
	CHECK(disk__read(fd, text, sizeof(text)) == -EPROTO);
	put_letter(fd, "BPFC", 1, 0, "x", 1);
	CHECK(disk__read(fd, text, sizeof(text)) == -EPROTO);
	CHECK(disk__read(-1, text, sizeof(text)) == -EBADF);
}

static void test_writing(int fd)
{
	static char big[ROOM + 10], back[ROOM + HEADER];
	static const char expected[HEADER + 5] = { 'B', 'P', 'F', 'D', 5, 0,   0,   0,	 0,   0,  0,
						   0,	0,   0,	  0,   0, 'f', 'r', 'a', 'm', 'e' };
	size_t i;

	CHECK(!disk__flush(fd));
	CHECK(!disk__write(fd, "fra", 3) && !disk__write(fd, "me", 2));
	/* Nothing leaves before the flush, and then all of it, in whole sectors. */
	CHECK(pread(fd, back, sizeof(expected), OUTBOX) == (ssize_t)sizeof(expected) && !back[0]);
	CHECK(!disk__flush(fd));
	CHECK(pread(fd, back, 512, OUTBOX) == 512 && !memcmp(back, expected, sizeof(expected)));
	for (i = sizeof(expected); i < 512; i++)
		CHECK(!back[i]);
	/* What does not fit goes ahead; the rest stays for the next transfer. */
	memset(big, 'b', sizeof(big));
	CHECK(!disk__write(fd, big, sizeof(big)));
	CHECK(pread(fd, back, sizeof(back), OUTBOX) == (ssize_t)sizeof(back));
	CHECK(!memcmp(back + HEADER, big, ROOM) && back[4] == (char)(ROOM & 0xff));
	CHECK(!disk__flush(fd));
	CHECK(pread(fd, back, HEADER, OUTBOX) == HEADER && back[4] == 10 && !back[5] && !back[6]);
	CHECK(!disk__write(fd, "x", 1) && disk__flush(-1) == -EBADF);
}

void test_disk(void)
{
	int fd = disk_file();

	test_reading(fd);
	test_writing(fd);
	close(fd);
}
