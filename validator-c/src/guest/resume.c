/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "command/descendants.h"
#include "guest/renew.h"
#include "lib/die.h"

#define ENTROPY_BYTES 64

struct entropy {
	int bits;
	int size;
	unsigned char bytes[ENTROPY_BYTES];
};

static void set_clock(uint64_t realtime_ms)
{
	struct timespec now = {
		.tv_sec = (time_t)(realtime_ms / 1000),
		.tv_nsec = (long)(realtime_ms % 1000) * 1000000,
	};

	if (realtime_ms && clock_settime(CLOCK_REALTIME, &now))
		die__power_off("the clock could not be set");
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) - 'a' + 10;
}

/*
 * Kernels before 4.17 do not know the request, and take what was added when they next seed by themselves: within five
 * minutes, or at once where they were never seeded.
 */
static bool seed_now(int fd)
{
	return !ioctl(fd, RNDRESEEDCRNG) || errno == EINVAL || errno == ENOTTY || errno == ENOSYS;
}

/* Without new random numbers two copies would hash and place things alike: better no guest than such a one. */
static void reseed(const char *hex)
{
	struct entropy entropy = { .bits = ENTROPY_BYTES * 8, .size = ENTROPY_BYTES };
	int fd, i;

	if (!hex[0])
		return;
	/* The request was parsed: these are hex digits. */
	for (i = 0; i < ENTROPY_BYTES; i++)
		entropy.bytes[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &entropy) || !seed_now(fd))
		die__power_off("the random numbers could not be reseeded");
	close(fd);
}

void resume__guest(const struct request *request)
{
	static bool renewed;

	set_clock(request->realtime_ms);
	reseed(request->entropy);
	/* A guest of ours alone has nothing of the kind. */
	if (descendants__are_all() || renewed)
		return;
	renew__system(request->plan_size > 0);
	renewed = true;
}
