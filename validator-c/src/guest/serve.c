/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/descendants.h"
#include "guest/install.h"
#include "guest/port.h"
#include "guest/prewarm.h"
#include "guest/resume.h"
#include "guest/supervise.h"
#include "guest/userland.h"
#include "lib/die.h"
#include "lib/frames.h"
#include "lib/io.h"
#include "request/request.h"

#define FILE_PIECE (64 * 1024)

static uint32_t host_seq;

#define TEXT(value) #value
#define TEXT_OF(macro) TEXT(macro)

/* Reads the header of the host's next frame. It must be of this type; anything else ends the guest. */
static uint32_t expect_header(int port, uint8_t type, uint16_t kind, uint32_t max)
{
	uint8_t header[FRAME_HEADER_SIZE];
	struct frame frame;
	int err;

	port__read(port, header, sizeof(header));
	err = frame__decode(header, max, &frame);
	if (err == -EPROTO)
		die__power_off("the host sent something that is no frame of protocol " TEXT_OF(FRAME_VERSION));
	if (err)
		die__power_off("the host sent a frame of %u bytes, at most %u are taken here", frame.len, max);
	if (frame.seq != host_seq++)
		die__power_off("the host sent frame %u where %u was due", frame.seq, host_seq - 1);
	if (frame.type != type || frame.kind != kind)
		die__power_off("the host sent a frame of type %u kind %u where type %u kind %u was due", frame.type,
			       frame.kind, type, kind);
	return frame.len;
}

static void expect_blob_header(int port, uint16_t kind, uint64_t size)
{
	uint32_t len = expect_header(port, FRAME_BLOB, kind, (uint32_t)size);

	if (len != size)
		die__power_off("the host announced %llu bytes and sent %u", (unsigned long long)size, len);
}

static void expect_blob(int port, uint16_t kind, char *to, uint64_t size)
{
	expect_blob_header(port, kind, size);
	port__read(port, to, size);
	to[size] = '\0';
}

/* Written while it arrives: no file is ever held in memory as a whole, besides where it is going to lie. */
static void receive_file(int port, const struct entry *file)
{
	static char piece[FILE_PIECE];
	uint64_t left = file->size;
	int fd;

	expect_blob_header(port, BLOB_FILE, file->size);
	fd = install__create(file);
	while (left) {
		size_t len = left < sizeof(piece) ? left : sizeof(piece);

		port__read(port, piece, len);
		install__write(file, fd, piece, len);
		left -= len;
	}
	close(fd);
}

static void receive_entries(int port, const struct entries *entries)
{
	int i;

	install__links(entries);
	for (i = 0; i < entries->count; i++)
		if (!entries->list[i].target)
			receive_file(port, &entries->list[i]);
}

/* Memory of PID 1 alone, given back at once: what a module needs, the kernel has copied. */
static void receive_module(int port, struct request_module *module)
{
	char *bytes = malloc(module->size);

	if (!bytes)
		die__power_off("no memory for module %s; give the kernel's profile more memory_mb", module->name);
	expect_blob_header(port, BLOB_MODULE, module->size);
	port__read(port, bytes, module->size);
	request_modules__insert(module, bytes);
	free(bytes);
}

static void receive_modules(int port, struct request_modules *modules)
{
	int i;

	for (i = 0; i < modules->count; i++)
		receive_module(port, &modules->list[i]);
}

static void receive(int port, struct mailbox *mailbox, struct request *request, unsigned char key[SEAL_KEY_SIZE])
{
	char error[256], digest[SHA256_HEX_SIZE];

	mailbox->text_size = expect_header(port, FRAME_REQUEST, 0, MAILBOX_TEXT_MAX);
	port__read(port, mailbox->text, mailbox->text_size);
	mailbox->received_us = io__now_us();
	if (mailbox__open(mailbox, request, error, sizeof(error)))
		die__power_off("bad request: %s", error);
	resume__guest(request);
	if (request->artifact_size || !request->command_mode)
		expect_blob(port, BLOB_ARTIFACT, mailbox->artifact, request->artifact_size);
	if (request->plan_size)
		expect_blob(port, BLOB_PLAN, mailbox->plan, request->plan_size);
	sha256__hex(request->artifact, request->artifact_size, digest);
	if (strcmp(digest, request->artifact_sha256))
		die__power_off("the object that arrived has digest %s, the request says %s", digest,
			       request->artifact_sha256);
	receive_entries(port, &request->entries);
	receive_modules(port, &request->modules);
	if (request->shell)
		userland__install();
	/* It comes last, and not into the mailbox: no process but this one ever has it. */
	expect_blob_header(port, BLOB_KEY, SEAL_KEY_SIZE);
	port__read(port, key, SEAL_KEY_SIZE);
}

/* Where the host will send another request, everything that the last worker left behind goes. */
static void end_all_workers(pid_t last)
{
	int status;

	if (!descendants__are_all()) {
		descendants__end(last, false, &status);
		return;
	}
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

void serve__run(int port, const struct hello *hello)
{
	struct mailbox *mailbox = mailbox__create();
	struct outlet outlet = { .port = port };
	unsigned char key[SEAL_KEY_SIZE];
	struct buf text = {};
	struct request request;
	struct worker worker;
	bool more;

	worker__start(&worker, mailbox, port);
	prewarm__memory();
	hello__write(hello, &text);
	outlet__send(&outlet, FRAME_HELLO, text.data, (uint32_t)text.len);
	outlet__flush(&outlet);
	buf__free(&text);
	for (;;) {
		receive(port, mailbox, &request, key);
		supervise__run(&outlet, &request, &worker, &mailbox->settled, key);
		more = request.more;
		request__free(&request);
		if (!more)
			break;
		end_all_workers(worker.pid);
		worker__start(&worker, mailbox, port);
	}
	outlet__send(&outlet, FRAME_BYE, NULL, 0);
	outlet__flush(&outlet);
	for (;;)
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			pause();
}
