/* SPDX-License-Identifier: Apache-2.0 */
#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frames.h"
#include "init.h"
#include "io.h"
#include "port.h"
#include "refresh.h"
#include "request.h"
#include "supervise.h"

#define REQUEST_MAX (256 * 1024)

static uint32_t host_seq;

/* The next frame of the host, which must be of this type; anything else ends the guest. */
static void *expect(int port, uint8_t type, uint16_t kind, uint32_t max, uint32_t *len)
{
	uint8_t header[FRAME_HEADER_SIZE];
	struct frame frame;
	char *payload;
	int err;

	port__read(port, header, sizeof(header));
	err = frame__decode(header, max, &frame);
	if (err == -EPROTO)
		init__give_up("the host sent something that is no frame of protocol %d", FRAME_VERSION);
	if (err)
		init__give_up("the host sent a frame of %u bytes, at most %u are taken here", frame.len, max);
	if (frame.seq != host_seq++)
		init__give_up("the host sent frame %u where %u was due", frame.seq, host_seq - 1);
	if (frame.type != type || frame.kind != kind)
		init__give_up("the host sent a frame of type %u kind %u where type %u kind %u was due", frame.type,
			      frame.kind, type, kind);
	payload = malloc((size_t)frame.len + 1);
	if (!payload)
		init__give_up("no memory for a frame of %u bytes", frame.len);
	port__read(port, payload, frame.len);
	payload[frame.len] = '\0';
	*len = frame.len;
	return payload;
}

static void *expect_blob(int port, uint16_t kind, uint64_t size)
{
	uint32_t len;
	void *blob = expect(port, FRAME_BLOB, kind, (uint32_t)size, &len);

	if (len != size)
		init__give_up("the host announced %llu bytes and sent %u", (unsigned long long)size, len);
	return blob;
}

static void receive(int port, struct request *request)
{
	char error[256], digest[SHA256_HEX_SIZE];
	uint32_t len;
	char *text;

	request__init(request);
	request->in_guest = true;
	text = expect(port, FRAME_REQUEST, 0, REQUEST_MAX, &len);
	request->received_us = io__now_us();
	if (request__parse(request, text, len, error, sizeof(error)))
		init__give_up("bad request: %s", error);
	free(text);
	refresh__guest(request);
	request->artifact = expect_blob(port, BLOB_ARTIFACT, request->artifact_size);
	if (request->plan_size)
		request->plan = expect_blob(port, BLOB_PLAN, request->plan_size);
	sha256__hex(request->artifact, request->artifact_size, digest);
	if (strcmp(digest, request->artifact_sha256))
		init__give_up("the object that arrived has digest %s, the request says %s", digest,
			      request->artifact_sha256);
}

static void forget(struct request *request)
{
	free((void *)(uintptr_t)request->artifact);
	free((void *)(uintptr_t)request->plan);
	request__free(request);
}

/* A worker that has answered stays, so that its links do; before the next request everything it left behind goes. */
static void end_all_workers(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

void serve__run(int port, const struct hello *hello)
{
	struct outlet outlet = { .port = port };
	struct buf text = {};
	struct request request;
	bool more;

	hello__write(hello, &text);
	outlet__send(&outlet, FRAME_HELLO, text.data, (uint32_t)text.len);
	buf__free(&text);
	do {
		receive(port, &request);
		end_all_workers();
		supervise__run(&outlet, &request);
		more = request.more;
		forget(&request);
	} while (more);
	outlet__send(&outlet, FRAME_BYE, NULL, 0);
	for (;;)
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			pause();
}
