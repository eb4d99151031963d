/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/frames.h"
#include "lib/settled.h"
#include "test.h"

struct setup {
	struct relay relay;
	struct outlet outlet;
	int worker;
	int host;
	uint32_t settled;
};

static void set_up(struct setup *setup)
{
	int to_pid1[2], to_host[2];

	CHECK(!pipe(to_pid1) && !pipe(to_host));
	fcntl(to_pid1[0], F_SETFL, O_NONBLOCK);
	fcntl(to_host[0], F_SETFL, O_NONBLOCK);
	setup->outlet = (struct outlet){ .port = to_host[1], .seq = 5 };
	setup->relay = (struct relay){ .outlet = &setup->outlet, .fd = to_pid1[0], .settled = &setup->settled };
	setup->settled = 0;
	setup->worker = to_pid1[1];
	setup->host = to_host[0];
}

static void tear_down(struct setup *setup)
{
	relay__close(&setup->relay);
	close(setup->worker);
	close(setup->host);
	close(setup->outlet.port);
}

static void send_as_worker(struct setup *setup, uint8_t type, const char *payload, uint32_t len)
{
	struct frame frame = { .type = type, .seq = 77, .len = len };

	CHECK(!frame__write(setup->worker, &frame, payload));
}

static void test_whole_frames_only(void)
{
	uint8_t got[64], header[FRAME_HEADER_SIZE];
	struct frame frame = { .type = FRAME_STAGE, .len = 4 };
	struct setup setup;

	set_up(&setup);
	frame__encode(&frame, header);
	CHECK(write(setup.worker, header, 10) == 10);
	CHECK(relay__pump(&setup.relay) == 10);
	CHECK(write(setup.worker, header + 10, 6) == 6 && write(setup.worker, "{}", 2) == 2);
	CHECK(relay__pump(&setup.relay) == 8);
	CHECK(read(setup.host, got, sizeof(got)) < 0);
	CHECK(write(setup.worker, "  ", 2) == 2);
	CHECK(relay__pump(&setup.relay) == 2);
	CHECK(read(setup.host, got, sizeof(got)) == FRAME_HEADER_SIZE + 4);
	CHECK(!frame__decode(got, 64, &frame) && frame.seq == 5 && frame.type == FRAME_STAGE);
	CHECK(relay__pump(&setup.relay) == 0);
	tear_down(&setup);
}

static void test_done(void)
{
	struct setup setup;

	set_up(&setup);
	send_as_worker(&setup, FRAME_DOCUMENT, "{}", 2);
	send_as_worker(&setup, FRAME_DONE, "\2", 1);
	CHECK(relay__pump(&setup.relay) > 0);
	CHECK(setup.relay.done && setup.relay.code == 2);
	/* Nothing may follow. */
	send_as_worker(&setup, FRAME_STAGE, "{}", 2);
	CHECK(relay__pump(&setup.relay) == -EPROTO);
	tear_down(&setup);
}

static void test_sync(void)
{
	uint8_t got[64];
	struct setup setup;

	set_up(&setup);
	send_as_worker(&setup, FRAME_STAGE, "{}", 2);
	CHECK(relay__pump(&setup.relay) > 0 && !setup.settled);
	send_as_worker(&setup, FRAME_STAGE, "{}", 2);
	send_as_worker(&setup, FRAME_SYNC, "\1\2\3\4", 4);
	CHECK(relay__pump(&setup.relay) > 0 && !memcmp(&setup.settled, "\1\2\3\4", 4));
	settled__await(&setup.settled, setup.settled);
	/* A read that was faked finds nothing there to send again. */
	CHECK(!setup.relay.pending.len && !setup.relay.pending.data[0]);
	CHECK(!memcmp(setup.relay.pending.data, setup.relay.pending.data + 1, 2 * FRAME_HEADER_SIZE + 5));
	/* What came before has left; the request itself has not. */
	CHECK(read(setup.host, got, sizeof(got)) == 2 * (FRAME_HEADER_SIZE + 2));
	tear_down(&setup);
}

static void rejects(uint8_t type, const char *payload, uint32_t len)
{
	struct setup setup;

	set_up(&setup);
	send_as_worker(&setup, type, payload, len);
	CHECK(relay__pump(&setup.relay) == -EPROTO);
	CHECK(setup.outlet.seq == 5);
	tear_down(&setup);
}

static void test_nonsense(void)
{
	struct setup setup;
	char bytes[400];
	int round, i;

	rejects(FRAME_HELLO, "{}", 2);
	rejects(FRAME_BYE, "", 0);
	rejects(FRAME_REQUEST, "x", 1);
	rejects(FRAME_DONE, "ab", 2);
	rejects(FRAME_SYNC, "", 0);
	rejects(FRAME_SYNC, "a", 1);
	srand(11);
	for (round = 0; round < 300; round++) {
		set_up(&setup);
		for (i = 0; i < (int)sizeof(bytes); i++)
			bytes[i] = (char)rand();
		CHECK(write(setup.worker, bytes, sizeof(bytes)) == sizeof(bytes));
		CHECK(relay__pump(&setup.relay) == -EPROTO);
		tear_down(&setup);
	}
}

void test_relay(void)
{
	test_whole_frames_only();
	test_done();
	test_sync();
	test_nonsense();
}
