/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/descendants.h"
#include "guest/kernel-log.h"
#include "guest/relay.h"
#include "lib/frames.h"
#include "lib/io.h"
#include "lib/json.h"

#define TICK_MS 100

/* How the worker ended, in the words of the `exit` stage. */
struct ending {
	const char *kind;
	int code;
	int signal;
};

static void say_exit(struct outlet *outlet, const struct request *request, const struct ending *ending,
		     struct kernel_log *log)
{
	struct buf text = {};
	struct json json;

	json__init(&json, &text);
	json__object(&json, NULL);
	json__str(&json, "stage", "exit", 16);
	json__str(&json, "kind", ending->kind, 16);
	json__int(&json, "code", ending->code);
	json__int(&json, "signal", ending->signal);
	json__uint(&json, "elapsed_us", io__now_us() - request->received_us);
	request_modules__write(&request->modules, &json);
	kernel_log__end(log, &json);
	json__end(&json);
	outlet__send(outlet, FRAME_STAGE, text.data, (uint32_t)text.len);
	buf__free(&text);
}

static struct ending ending_of(int status)
{
	if (WIFSIGNALED(status))
		return (struct ending){ .kind = "signaled", .signal = WTERMSIG(status) };
	return (struct ending){ .kind = "exited", .code = WEXITSTATUS(status) };
}

/* Collects everything that died. True when the worker was among it. */
static bool reap(pid_t worker, int *worker_status)
{
	bool found = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != worker)
			continue;
		*worker_status = status;
		found = true;
	}
	return found;
}

/* Kills everything there is but PID 1, or all of ours in a system with others, then collects it. */
static int kill_all(pid_t worker)
{
	int status = 0, worker_status = 0;
	pid_t pid;

	if (!descendants__are_all()) {
		descendants__end(worker, false, &worker_status);
		return worker_status;
	}
	kill(-1, SIGKILL);
	while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
		if (pid == worker)
			worker_status = status;
	return worker_status;
}

static struct ending watch(struct relay *relay, pid_t worker, uint64_t deadline)
{
	struct pollfd polled = { .fd = relay->fd, .events = POLLIN };
	int status = 0;

	for (;;) {
		if (io__now_us() >= deadline) {
			kill_all(worker);
			return (struct ending){ .kind = "timeout", .signal = SIGKILL };
		}
		poll(&polled, 1, TICK_MS);
		if (!(polled.revents & POLLIN) && reap(worker, &status)) {
			/* What it wrote before it died still counts. */
			while (relay__pump(relay) > 0)
				;
			return relay->done ? (struct ending){ .kind = "exited", .code = relay->code } :
					     ending_of(status);
		}
		if (relay__pump(relay) == -EPROTO) {
			kill_all(worker);
			return (struct ending){ .kind = "protocol", .signal = SIGKILL };
		}
		if (relay->done)
			return (struct ending){ .kind = "exited", .code = relay->code };
	}
}

void supervise__run(struct outlet *outlet, const struct request *request, struct worker *worker, uint32_t *settled,
		    unsigned char key[SEAL_KEY_SIZE])
{
	struct kernel_log log;
	struct relay relay = { .outlet = outlet, .fd = worker->frames, .settled = settled, .kernel = &log };
	unsigned char digest[SEAL_SIZE];
	struct ending ending;

	seal__begin(&outlet->seal, key);
	outlet->sealing = true;
	kernel_log__begin(&log);
	worker__go(worker);
	ending = watch(&relay, worker->pid, request->received_us + request->work_timeout_ms * 1000);
	relay__close(&relay);
	close(worker->go);
	say_exit(outlet, request, &ending, &log);
	outlet->sealing = false;
	seal__end(&outlet->seal, digest);
	outlet__send(outlet, FRAME_SEAL, digest, sizeof(digest));
	outlet__flush(outlet);
}
