/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/io.h"

#define LINE "/dev/ttyS0"
/* Six bits of the stream. Bytes below are the console's. */
#define DATA 0x80
#define DATA_MASK 0xc0
/* What was said up to here is whole; bits that fill no byte are none. */
#define END 0xc0
/* The other end has taken in that many bytes of data and ends. */
#define CREDIT 0xc1
#define CREDIT_BYTES 2048
/* As many may be on their way: the buffers of a line of any kernel hold that, and drop what is more. */
#define WINDOW 16384

static struct {
	/* Bits that came and make no byte yet. */
	uint32_t bits;
	int count;
	/* Bytes that came while we waited for room. */
	unsigned char bytes[WINDOW];
	size_t at, end;
	/* Since the last credit that we gave. */
	size_t taken;
} in;

static struct {
	uint32_t bits;
	int count;
	unsigned char bytes[4096];
	size_t len;
	/* On their way to the host. */
	size_t sent;
} out;

int serial__open(void)
{
	int fd = open(LINE, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios mode;
	int err;

	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &mode))
		goto err;
	cfmakeraw(&mode);
	mode.c_cflag |= CLOCAL | CREAD;
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	if (!tcsetattr(fd, TCSANOW, &mode))
		return fd;
err:
	err = -errno;
	close(fd);
	return err;
}

static int give_credit(int fd)
{
	static const unsigned char credit = CREDIT;

	in.taken -= CREDIT_BYTES;
	return io__write_full(fd, &credit, 1);
}

/* One byte of the line. 0 or a negative errno. */
static int take(int fd, unsigned char byte)
{
	if (byte < DATA)
		return 0;
	if (byte == CREDIT) {
		if (out.sent < CREDIT_BYTES)
			return -EPROTO;
		out.sent -= CREDIT_BYTES;
		return 0;
	}
	if (byte == END) {
		in.bits = 0;
		in.count = 0;
	} else if ((byte & DATA_MASK) == DATA) {
		in.bits = in.bits << 6 | (byte & ~DATA_MASK);
		in.count += 6;
	} else {
		return -EPROTO;
	}
	if (in.count >= 8) {
		if (in.end == sizeof(in.bytes))
			return -EPROTO;
		in.count -= 8;
		in.bytes[in.end++] = (unsigned char)(in.bits >> in.count);
		in.bits &= (1u << in.count) - 1;
	}
	return ++in.taken < CREDIT_BYTES ? 0 : give_credit(fd);
}

/* Waits for what the line has. 0 or a negative errno; -EAGAIN for nothing yet. */
static int fetch(int fd)
{
	static unsigned char piece[1024];
	ssize_t n = read(fd, piece, sizeof(piece)), i;
	int err = 0;

	/* No line ends. */
	if (!n)
		return -EIO;
	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	for (i = 0; i < n && !err; i++)
		err = take(fd, piece[i]);
	/* There may be keys among it. */
	explicit_bzero(piece, sizeof(piece));
	return err;
}

ssize_t serial__read(int fd, void *data, size_t len)
{
	int err = 0;

	if (in.at == in.end) {
		in.at = 0;
		in.end = 0;
		err = fetch(fd);
		if (err)
			return err == -EAGAIN ? 0 : err;
	}
	if (len > in.end - in.at)
		len = in.end - in.at;
	memcpy(data, in.bytes + in.at, len);
	explicit_bzero(in.bytes + in.at, len);
	in.at += len;
	return (ssize_t)len;
}

/* Sends what is gathered, as soon as the host has room for it. */
static int send_gathered(int fd)
{
	int err = 0;

	while (!err && out.sent + out.len > WINDOW) {
		err = fetch(fd);
		if (err == -EAGAIN)
			err = 0;
	}
	if (!err)
		err = io__write_full(fd, out.bytes, out.len);
	out.sent += out.len;
	out.len = 0;
	return err;
}

static int put(int fd, unsigned char byte)
{
	out.bytes[out.len++] = byte;
	return out.len < sizeof(out.bytes) ? 0 : send_gathered(fd);
}

int serial__write(int fd, const void *data, size_t len)
{
	const unsigned char *from = data;
	int err = 0;

	while (len-- && !err) {
		out.bits = out.bits << 8 | *from++;
		out.count += 8;
		while (out.count >= 6 && !err) {
			out.count -= 6;
			err = put(fd, (unsigned char)(DATA | (out.bits >> out.count & ~DATA_MASK & 0xff)));
		}
		out.bits &= (1u << out.count) - 1;
	}
	return err;
}

int serial__flush(int fd)
{
	int err = 0;

	if (!out.len && !out.count)
		return 0;
	if (out.count)
		err = put(fd, (unsigned char)(DATA | (out.bits << (6 - out.count) & ~DATA_MASK & 0xff)));
	out.bits = 0;
	out.count = 0;
	if (!err)
		err = put(fd, END);
	if (!err && out.len)
		err = send_gathered(fd);
	/* Not only in the kernel's buffer: the guest may be gone the next moment. */
	if (!err && tcdrain(fd) && errno != ENOTTY && errno != EINVAL)
		err = -errno;
	return err;
}
