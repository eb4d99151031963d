/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/stages.h"
#include "command/waiting.h"
#include "guest/prewarm.h"
#include "lib/die.h"
#include "lib/limits.h"

#define EXIT_BAD_REQUEST 1

static void run_request(struct mailbox *mailbox, int frames) __attribute__((noreturn));
static void run_request(struct mailbox *mailbox, int frames)
{
	struct evidence evidence = { .fd = frames, .settled = &mailbox->settled };
	struct result result = {};
	struct buf document = {};
	struct request request;
	struct work work = { .request = &request, .result = &result, .evidence = &evidence };
	char error[256];
	int code;

	/* PID 1 has parsed the same text before. */
	if (mailbox__open(mailbox, &request, error, sizeof(error)))
		_exit(EXIT_BAD_REQUEST);
	waiting__end_others(&request);
	/* PID 1 keeps the wall clock; this one is for what spins. */
	limits__cpu_seconds(request.work_timeout_ms / 1000 + 2);
	code = stages__run(&work, &document);
	evidence__done(&evidence, (uint8_t)code);
	for (;;)
		pause();
}

static void wait_and_run(struct mailbox *mailbox, int go, int frames, bool prewarm) __attribute__((noreturn));
static void wait_and_run(struct mailbox *mailbox, int go, int frames, bool prewarm)
{
	char byte = 0;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	limits__raise();
	if (prewarm) {
		prewarm__run();
		waiting__start();
	}
	prewarm__memory();
	if (write(frames, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		_exit(EXIT_BAD_REQUEST);
	run_request(mailbox, frames);
}

static bool start(struct worker *worker, struct mailbox *mailbox, int port, bool prewarm)
{
	int go[2], frames[2];
	char ready;

	if (pipe2(go, O_CLOEXEC) || pipe2(frames, O_CLOEXEC))
		die__power_off("no pipe for the worker: %s", strerror(errno));
	worker->pid = fork();
	if (worker->pid < 0)
		die__power_off("no process for the worker: %s", strerror(errno));
	if (!worker->pid) {
		close(port);
		close(go[1]);
		close(frames[0]);
		wait_and_run(mailbox, go[0], frames[1], prewarm);
	}
	close(go[0]);
	close(frames[1]);
	worker->go = go[1];
	worker->frames = frames[0];
	if (read(worker->frames, &ready, 1) == 1) {
		fcntl(worker->frames, F_SETFL, O_NONBLOCK);
		return true;
	}
	/* It died: none of its descriptors is of use. */
	close(worker->go);
	close(worker->frames);
	waitpid(worker->pid, NULL, 0);
	return false;
}

void worker__start(struct worker *worker, struct mailbox *mailbox, int port)
{
	mailbox->settled = 0;
	/* A kernel that makes libbpf crash ahead of time may still load the object. */
	if (!start(worker, mailbox, port, true) && !start(worker, mailbox, port, false))
		die__power_off("no worker lives long enough to take a request");
	waiting__once();
}

void worker__go(struct worker *worker)
{
	char byte = 0;

	/* A worker that is gone by now shows in how it ended. */
	(void)!write(worker->go, &byte, 1);
}
