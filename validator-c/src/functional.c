/* SPDX-License-Identifier: Apache-2.0 */
#include "functional.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clip.h"
#include "io.h"
#include "matcher.h"
#include "netdev.h"
#include "text.h"

#define SHELL "/bin/sh"
/* How long output is still read once the shell itself has ended. */
#define GRACE_US 200000
#define POLL_MS 20
#define EXIT_TIMEOUT 124
#define EXIT_NOT_FOUND 127

struct stream {
	int fd;
	struct matcher matcher;
	struct clip clip;
};

static bool stream__init(struct stream *stream, const char *wanted, int *write_end)
{
	int ends[2];

	stream->fd = -1;
	clip__init(&stream->clip, 0, TEST_TAIL_MAX_BYTES);
	if (!matcher__init(&stream->matcher, wanted) || pipe2(ends, O_CLOEXEC))
		return false;
	stream->fd = ends[0];
	*write_end = ends[1];
	return true;
}

static void stream__read(struct stream *stream)
{
	char bytes[16384];
	ssize_t n = read(stream->fd, bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(stream->fd);
		stream->fd = -1;
		return;
	}
	matcher__feed(&stream->matcher, bytes, (size_t)n);
	clip__add(&stream->clip, bytes, (size_t)n);
}

static void stream__finish(struct stream *stream, struct buf *tail)
{
	if (stream->fd >= 0)
		close(stream->fd);
	clip__tail(&stream->clip, TEST_TAIL_MAX_BYTES, tail);
	clip__free(&stream->clip);
	matcher__free(&stream->matcher);
}

static void run_shell(const char *command, int out, int err)
{
	int in = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	netdev__leave();
	/* PID 1 of a guest has none to hand down. */
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	execl(SHELL, "sh", "-c", command, (char *)NULL);
	_exit(EXIT_NOT_FOUND);
}

/* Reads until the shell has ended and its output too, or until time is up. The wait status of the shell. */
static int watch(pid_t shell, struct stream streams[2], uint64_t deadline, bool *timed_out)
{
	bool ended = false;
	int status = 0;

	while (!ended || streams[0].fd >= 0 || streams[1].fd >= 0) {
		struct pollfd polled[2] = { { .fd = streams[0].fd, .events = POLLIN },
					    { .fd = streams[1].fd, .events = POLLIN } };
		int i;

		if (io__now_us() >= deadline) {
			*timed_out = !ended;
			break;
		}
		poll(polled, 2, POLL_MS);
		for (i = 0; i < 2; i++)
			if (polled[i].revents && streams[i].fd >= 0)
				stream__read(&streams[i]);
		if (!ended && waitpid(shell, &status, WNOHANG) == shell) {
			ended = true;
			if (io__now_us() + GRACE_US < deadline)
				deadline = io__now_us() + GRACE_US;
		}
	}
	/* Grandchildren hold the pipes and may go on for ever: the whole group goes. */
	kill(-shell, SIGKILL);
	if (!ended)
		waitpid(shell, &status, 0);
	return status;
}

static void judge(struct test *test, const struct stream streams[2])
{
	if (test->timed_out)
		snprintf(test->error, sizeof(test->error), "timed out after %d s", test->timeout_seconds);
	else if (test->exit_code != test->expect_exit_code)
		snprintf(test->error, sizeof(test->error), "exit code %d, expected %d", test->exit_code,
			 test->expect_exit_code);
	else if (!streams[0].matcher.found)
		snprintf(test->error, sizeof(test->error), "stdout does not contain the expected text");
	else if (!streams[1].matcher.found)
		snprintf(test->error, sizeof(test->error), "stderr does not contain the expected text");
	test->status = test->error[0] ? STATUS_FAIL : STATUS_PASS;
}

void functional__run(struct test *test)
{
	struct stream streams[2] = { { .fd = -1 }, { .fd = -1 } };
	int out = -1, err = -1, status;
	pid_t shell;

	if (test->status == STATUS_FAIL)
		return;
	test->status = STATUS_FAIL;
	test->exit_code = EXIT_NOT_FOUND;
	if (!test->command || !test->command[0]) {
		snprintf(test->error, sizeof(test->error), "the test has no command");
		return;
	}
	if (access(SHELL, X_OK)) {
		snprintf(test->error, sizeof(test->error), SHELL " is missing in this guest, so no command can run (%s)",
			 strerror(errno));
		return;
	}
	if (!stream__init(&streams[0], test->expect_stdout, &out) || !stream__init(&streams[1], test->expect_stderr, &err)) {
		snprintf(test->error, sizeof(test->error), "the test could not be set up: %s", strerror(errno));
		stream__finish(&streams[0], &test->stdout_tail);
		stream__finish(&streams[1], &test->stderr_tail);
		return;
	}
	shell = fork();
	if (!shell)
		run_shell(test->command, out, err);
	close(out);
	close(err);
	if (shell < 0) {
		snprintf(test->error, sizeof(test->error), "the command could not be started: %s", strerror(errno));
		stream__finish(&streams[0], &test->stdout_tail);
		stream__finish(&streams[1], &test->stderr_tail);
		return;
	}
	setpgid(shell, shell);
	status = watch(shell, streams, io__now_us() + (uint64_t)test->timeout_seconds * 1000000, &test->timed_out);
	test->exit_code = test->timed_out ? EXIT_TIMEOUT : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	judge(test, streams);
	stream__finish(&streams[0], &test->stdout_tail);
	stream__finish(&streams[1], &test->stderr_tail);
}
