/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/frames.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "guest/seal.h"
#include "lib/io.h"
#include "test.h"

void test_frames(void)
{
	struct frame frame = { .type = FRAME_BLOB, .kind = BLOB_PLAN, .seq = 0x01020304, .len = 0x00050607 }, back;
	static const uint8_t expected[FRAME_HEADER_SIZE] = { 'B', 'P', 'F', 'C', 2, 3, 2, 0, 4, 3, 2, 1, 7, 6, 5, 0 };
	uint8_t header[FRAME_HEADER_SIZE], random[FRAME_HEADER_SIZE];
	int round, i, err;

	frame__encode(&frame, header);
	CHECK(!memcmp(header, expected, sizeof(header)));
	CHECK(!frame__decode(header, FRAME_MAX_TO_HOST, &back));
	CHECK(back.type == frame.type && back.kind == frame.kind && back.seq == frame.seq && back.len == frame.len);
	CHECK(frame__decode(header, 100, &back) == -EMSGSIZE);
	header[0] = 'b';
	CHECK(frame__decode(header, FRAME_MAX_TO_HOST, &back) == -EPROTO);
	header[0] = 'B';
	header[4] = FRAME_VERSION - 1;
	CHECK(frame__decode(header, FRAME_MAX_TO_HOST, &back) == -EPROTO);
	srand(3);
	for (round = 0; round < 100000; round++) {
		memcpy(random, expected, sizeof(random));
		for (i = 0; i < 3; i++)
			random[rand() % FRAME_HEADER_SIZE] = (uint8_t)rand();
		err = frame__decode(random, 4096, &back);
		CHECK(err == -EPROTO || err == -EMSGSIZE || (!err && back.len <= 4096));
	}
}

/* Recorded sessions: hello first, then frames in order up to bye, nothing behind it. */
static void check_session(const char *path)
{
	unsigned char key[SEAL_KEY_SIZE], digest[SEAL_SIZE];
	uint32_t seq = 0, last = 0;
	struct seal seal;
	struct buf bytes = {};
	struct frame frame;
	bool sealed = false;
	size_t at = 0;

	/* README.md of the recordings names it. */
	memset(key, 0x42, sizeof(key));
	seal__begin(&seal, key);
	CHECK(!io__read_file(path, 64U << 20, &bytes));
	while (bytes.len - at >= FRAME_HEADER_SIZE) {
		CHECK(!frame__decode((const uint8_t *)bytes.data + at, FRAME_MAX_TO_HOST, &frame));
		CHECK(frame.seq == seq++);
		CHECK(frame.len <= bytes.len - at - FRAME_HEADER_SIZE);
		CHECK((frame.type == FRAME_HELLO) == (at == 0));
		if (frame.len > bytes.len - at - FRAME_HEADER_SIZE)
			break;
		if (frame.type == FRAME_STAGE || frame.type == FRAME_DOCUMENT)
			seal__add(&seal, bytes.data + at, FRAME_HEADER_SIZE + frame.len);
		if (frame.type == FRAME_SEAL) {
			seal__end(&seal, digest);
			CHECK(frame.len == SEAL_SIZE &&
			      !memcmp(bytes.data + at + FRAME_HEADER_SIZE, digest, SEAL_SIZE));
			sealed = true;
		}
		at += FRAME_HEADER_SIZE + frame.len;
		last = frame.type;
	}
	CHECK(at == bytes.len && last == FRAME_BYE && sealed);
	buf__free(&bytes);
}

void test_fixtures(const char *directory)
{
	DIR *list = opendir(directory);
	struct dirent *entry;
	char path[4096];
	int count = 0;

	while (list && (entry = readdir(list))) {
		if (!strstr(entry->d_name, ".bin"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		check_session(path);
		count++;
	}
	if (list)
		closedir(list);
	CHECK(count >= 2);
}
