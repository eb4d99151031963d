/* SPDX-License-Identifier: Apache-2.0 */
#include "expect/functional.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/command.h"
#include "command/descendants.h"
#include "command/exec-problem.h"
#include "command/pristine.h"
#include "command/stream.h"
#include "command/waiting.h"
#include "expect/expect.h"
#include "lib/io.h"
#include "output/text.h"

/* How long output is still awaited once the shell itself has ended. */
#define GRACE_US 200000
#define POLL_MS 20
/* A command that writes a lot fills the pipe before it is emptied: a switch of processes per line costs far more. */
#define BULK_BYTES (128 * 1024)
#define BULK_PAUSE_US 2000
#define EXIT_TIMEOUT 124
/* The loader in command mode is ended this long before PID 1 ends us, so that its hanging is a result. */
#define RESULT_RESERVE_US 1000000

struct run {
	pid_t shell;
	int status;
	bool ended;
	uint64_t allowed_us;
	struct stream streams[2];
	struct expect *expect;
};

static uint64_t deadline_of(const struct test *test, const struct request *request, uint64_t started)
{
	uint64_t deadline = started + (uint64_t)test->timeout_seconds * 1000000;
	uint64_t work = request->work_timeout_ms * 1000, reserve = work / 10;
	uint64_t last = request->received_us + work - (reserve < RESULT_RESERVE_US ? reserve : RESULT_RESERVE_US);

	return request->command_mode && request->in_guest && deadline > last ? last : deadline;
}

/* Takes in whoever ended, orphans too. True when the shell was among them. */
static bool collect(struct run *run)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != run->shell)
			continue;
		run->ended = true;
		run->status = status;
	}
	return run->ended;
}

/* Reads until the shell has ended and its output too, or until time is up. */
static void watch(struct run *run, uint64_t deadline, bool *timed_out)
{
	struct stream *streams = run->streams;
	int closed = 0, i;

	while (!run->ended || streams[0].fd >= 0 || streams[1].fd >= 0) {
		struct pollfd polled[2] = { { .fd = streams[0].fd, .events = POLLIN },
					    { .fd = streams[1].fd, .events = POLLIN } };

		if (io__now_us() >= deadline) {
			*timed_out = !run->ended;
			return;
		}
		/* The output ends a moment before the shell itself does, or long before when it was closed. */
		if (streams[0].fd >= 0 || streams[1].fd >= 0)
			poll(polled, 2, POLL_MS);
		else
			poll(NULL, 0, closed < POLL_MS ? ++closed : POLL_MS);
		if (streams[0].clip.total + streams[1].clip.total > BULK_BYTES && !run->ended)
			io__sleep_us(BULK_PAUSE_US);
		for (i = 0; i < 2; i++)
			if (polled[i].revents)
				stream__drain(&streams[i]);
		expect__poll(run->expect);
		if (!run->ended && collect(run) && io__now_us() + GRACE_US < deadline)
			deadline = io__now_us() + GRACE_US;
	}
}

/* Whole ones: the words are the same in every run. */
static unsigned long long rounded_seconds(uint64_t us)
{
	return (us + 500000) / 1000000;
}

static void judge(struct test *test, const struct request *request, uint64_t allowed_us)
{
	char why[256];

	if (test->timed_out) {
		snprintf(test->error, sizeof(test->error), "timed out after %llu s", rounded_seconds(allowed_us));
	} else if (test->exit_code != test->expect_exit_code) {
		exec_problem__find(request, test, why, sizeof(why));
		snprintf(test->error, sizeof(test->error), "exit code %d, expected %d%s%s", test->exit_code,
			 test->expect_exit_code, why[0] ? ": " : "", why);
	} else if (!test->out.found) {
		snprintf(test->error, sizeof(test->error), "stdout does not contain the expected text");
	} else if (!test->err.found) {
		snprintf(test->error, sizeof(test->error), "stderr does not contain the expected text");
	}
	test->status = test->error[0] ? STATUS_FAIL : STATUS_PASS;
}

static void keep(struct stream *stream, struct test_output *output)
{
	output->bytes = stream->clip.total;
	output->found = stream->matcher.found;
	clip__tail(&stream->clip, stream->clip.tail_max, &output->tail);
	if (stream->clip.total > stream->clip.tail_max)
		buf__add(&output->head, stream->clip.head.data, stream->clip.head.len);
	stream__free(stream);
}

/* True when a loader that waited for this has its object. */
static bool start_waiting(struct run *run, const struct test *test, const struct request *request)
{
	struct waiting *waiting = waiting__for(request);
	int i;

	if (!waiting)
		return false;
	command__prepare(request);
	descendants__adopt();
	run->shell = waiting->pid;
	if (stream__open(&run->streams[0], test->expect_stdout, REPORT_MAX_BYTES, waiting->out) &&
	    stream__open(&run->streams[1], test->expect_stderr, TEST_TAIL_MAX_BYTES, waiting->err) &&
	    waiting__go(waiting, request))
		return true;
	for (i = 0; i < 2; i++)
		stream__free(&run->streams[i]);
	return false;
}

/* True when the shell runs. */
static bool start(struct run *run, const struct test *test, const struct request *request)
{
	size_t out_max = request->loader_mode ? REPORT_MAX_BYTES : TEST_TAIL_MAX_BYTES;
	int out = -1, err = -1;

	if (start_waiting(run, test, request))
		return true;
	if (!stream__init(&run->streams[0], test->expect_stdout, out_max, &out) ||
	    !stream__init(&run->streams[1], test->expect_stderr, TEST_TAIL_MAX_BYTES, &err)) {
		close(out);
		return false;
	}
	command__prepare(request);
	descendants__adopt();
	run->shell = fork();
	if (!run->shell)
		command__exec(request, test->command, out, err);
	close(out);
	close(err);
	if (run->shell < 0)
		return false;
	setpgid(run->shell, run->shell);
	return true;
}

/* In a guest nothing may keep us from ending a command, not even thousands of its processes. */
static void go_first(const struct request *request, bool first)
{
	struct sched_param priority = { .sched_priority = first ? 1 : 0 };

	if (request->in_guest)
		sched_setscheduler(0, first ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER, &priority);
}

static void run_shell(struct run *run, struct test *test, const struct request *request)
{
	uint64_t started = io__now_us(), deadline = deadline_of(test, request, started);

	run->allowed_us = deadline > started ? deadline - started : 0;
	go_first(request, true);
	watch(run, deadline, &test->timed_out);
	test->elapsed_us = io__now_us() - started;
	/* Grandchildren hold the pipes and may go on for ever. */
	descendants__end(run->shell, request->in_guest, &run->status);
	go_first(request, false);
	stream__drain(&run->streams[0]);
	stream__drain(&run->streams[1]);
	test->exit_code = test->timed_out	   ? EXIT_TIMEOUT :
			  WIFSIGNALED(run->status) ? 128 + WTERMSIG(run->status) :
						     WEXITSTATUS(run->status);
}

void functional__run(struct test *test, const struct request *request)
{
	struct run run = { .streams = { { .fd = -1 }, { .fd = -1 } }, .expect = test->expect };

	if (test->status == STATUS_FAIL)
		return;
	test->status = STATUS_FAIL;
	test->exit_code = EXIT_NOT_FOUND;
	if (!test->command || !test->command[0]) {
		snprintf(test->error, sizeof(test->error), "the test has no command");
		return;
	}
	if (!request->loader_mode && access(SHELL, X_OK)) {
		snprintf(test->error, sizeof(test->error),
			 SHELL " is missing in this guest, so no command can run (%s)", strerror(errno));
		return;
	}
	if (start(&run, test, request))
		run_shell(&run, test, request);
	else
		snprintf(test->error, sizeof(test->error), "the command could not be started: %s", strerror(errno));
	keep(&run.streams[0], &test->out);
	keep(&run.streams[1], &test->err);
	if (!test->error[0])
		judge(test, request, run.allowed_us);
}
