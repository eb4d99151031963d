/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/serial.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define END 0xc0
#define CREDIT 0xc1
#define CREDIT_BYTES 2048
#define WINDOW 16384

static void test_reading(int guest, int host)
{
	/* `Ma` and `n`, with words of the console between. */
	static const unsigned char line[] = { 'h',	0x80 | 19, 'i',	      0x80 | 22, '\n',
					      0x80 | 4, END,	   0x80 | 27, 0x80 | 32, END };
	char text[16] = {};

	CHECK(write(host, line, sizeof(line)) == (ssize_t)sizeof(line));
	CHECK(serial__read(guest, text, 1) == 1 && text[0] == 'M');
	CHECK(serial__read(guest, text, sizeof(text)) == 2 && !memcmp(text, "an", 2));
	/* A credit is nothing to read; one that nothing was sent for, and what is no byte of the line, are errors. */
	CHECK(write(host, "\xc1", 1) == 1 && serial__read(guest, text, sizeof(text)) == -EPROTO);
	CHECK(write(host, "\xff", 1) == 1 && serial__read(guest, text, sizeof(text)) == -EPROTO);
	CHECK(write(host, "x", 1) == 1 && !serial__read(guest, text, sizeof(text)));
}

static void test_credits(int guest, int host)
{
	static unsigned char line[2 * CREDIT_BYTES];
	static char text[2 * CREDIT_BYTES];
	unsigned char got[4];
	size_t taken = 0;

	memset(line, 0x80, sizeof(line));
	CHECK(write(host, line, sizeof(line)) == (ssize_t)sizeof(line));
	while (taken < sizeof(line) / 4 * 3)
		taken += (size_t)serial__read(guest, text, sizeof(text));
	/* Less the seven bytes of the line that were taken before. */
	CHECK(recv(host, got, sizeof(got), MSG_DONTWAIT) == 2 && got[0] == CREDIT && got[1] == CREDIT);
}

static void test_writing(int guest, int host)
{
	static const unsigned char expected[] = { 0x80 | 19, 0x80 | 22, 0x80 | 5,  0x80 | 46,
						  END,	     0x80 | 27, 0x80 | 32, END };
	static unsigned char line[4 * WINDOW];
	static char big[WINDOW / 4 * 3];
	unsigned char credits[WINDOW / CREDIT_BYTES];

	CHECK(!serial__flush(guest));
	CHECK(!serial__write(guest, "Ma", 2) && !serial__write(guest, "n", 1));
	/* Nothing leaves before the flush. */
	CHECK(recv(host, line, sizeof(line), MSG_DONTWAIT) < 0);
	CHECK(!serial__flush(guest));
	CHECK(!serial__write(guest, "n", 1) && !serial__flush(guest));
	CHECK(recv(host, line, sizeof(line), 0) == (ssize_t)sizeof(expected) &&
	      !memcmp(line, expected, sizeof(expected)));
	/* What the window has no room for waits for credit: without the one that lies there this would never end. */
	memset(credits, CREDIT, sizeof(credits));
	CHECK(!serial__write(guest, big, sizeof(big) - 4096 / 4 * 3));
	CHECK(write(host, credits, sizeof(credits) - 2) == (ssize_t)sizeof(credits) - 2);
	CHECK(!serial__write(guest, big, sizeof(big) - 4096 / 4 * 3) && !serial__flush(guest));
	CHECK(recv(host, line, (WINDOW - 4096) * 2, MSG_WAITALL) == (WINDOW - 4096) * 2);
	CHECK(recv(host, line, 1, MSG_DONTWAIT) < 0);
	shutdown(host, SHUT_WR);
	CHECK(serial__read(guest, big, 1) == -EIO);
	CHECK(serial__read(-1, big, 1) == -EBADF);
	CHECK(!serial__write(-1, "x", 1) && serial__flush(-1) == -EBADF);
}

void test_serial(void)
{
	int pair[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	test_reading(pair[0], pair[1]);
	test_credits(pair[0], pair[1]);
	test_writing(pair[0], pair[1]);
	close(pair[0]);
	close(pair[1]);
}
