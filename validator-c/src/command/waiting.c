/* SPDX-License-Identifier: Apache-2.0 */
#include "command/waiting.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "lib/io.h"

/* The kernel hands it to PID 1 out of its command line: this guest will be saved for several loaders. */
#define WANTED "bpfcompat_loaders"
#define DIRECTORY REMOTE_ROOT "/loaders"
/* An empty file of this ending lies beside each loader that can wait. */
#define MARK ".waits"
#define MARK_LEN (sizeof(MARK) - 1)
#define WAITING_MAX 8
/* Reading the kernel's BTF takes a second at most, and many times that on a machine that is busy. */
#define READY_MS 30000
#define GONE_MS 5000

static struct waiting list[WAITING_MAX];
static int count;

static bool is_readable(int fd, int patience_ms)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, patience_ms) > 0;
}

static void close_all(struct waiting *waiting)
{
	close(waiting->go);
	close(waiting->out);
	close(waiting->err);
	waiting->loader[0] = '\0';
}

/* With it the first process of its namespace, which lives until it is killed, and holds memory of ours. */
static void kill_group(const struct waiting *waiting)
{
	kill(-waiting->pid, SIGKILL);
	kill(waiting->pid, SIGKILL);
}

/* Its output ends after its memory was given back. */
static void end(struct waiting *waiting)
{
	char rest[256];

	kill_group(waiting);
	while (is_readable(waiting->out, GONE_MS) && read(waiting->out, rest, sizeof(rest)) > 0)
		;
	close_all(waiting);
}

static bool open_pipes(int in[2], int out[2], int err[2])
{
	return !pipe2(in, O_CLOEXEC) && !pipe2(out, O_CLOEXEC) && !pipe2(err, O_CLOEXEC);
}

/* True when it said that it is ready, which is a byte on its standard output. */
static bool start(struct waiting *waiting)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	bool ready;
	char byte;

	waiting->pid = open_pipes(in, out, err) ? fork() : -1;
	if (!waiting->pid)
		command__exec_waiting(waiting->loader, in[0], out[1], err[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	waiting->go = in[1];
	waiting->out = out[0];
	waiting->err = err[0];
	ready = waiting->pid > 0 && is_readable(waiting->out, READY_MS) && read(waiting->out, &byte, 1) == 1;
	if (ready)
		return true;
	if (waiting->pid > 0)
		kill_group(waiting);
	close_all(waiting);
	return false;
}

static bool is_marked(const char *name)
{
	size_t len = strlen(name);

	return len > MARK_LEN && !strcmp(name + len - MARK_LEN, MARK);
}

void waiting__start(void)
{
	DIR *directory = getenv(WANTED) ? opendir(DIRECTORY) : NULL;
	struct dirent *entry;

	while (directory && count < WAITING_MAX && (entry = readdir(directory))) {
		struct waiting *waiting = &list[count];

		if (!is_marked(entry->d_name))
			continue;
		snprintf(waiting->loader, sizeof(waiting->loader), DIRECTORY "/%.*s",
			 (int)(strlen(entry->d_name) - MARK_LEN), entry->d_name);
		count += start(waiting);
	}
	if (directory)
		closedir(directory);
}

void waiting__once(void)
{
	unsetenv(WANTED);
}

static bool is_for(const struct waiting *waiting, const struct request *request)
{
	return request->loader_mode && waiting->loader[0] && !strcmp(waiting->loader, request->bin);
}

void waiting__end_others(const struct request *request)
{
	int i;

	for (i = 0; i < count; i++)
		if (list[i].loader[0] && !is_for(&list[i], request))
			end(&list[i]);
}

struct waiting *waiting__for(const struct request *request)
{
	int i;

	for (i = 0; i < count; i++)
		if (is_for(&list[i], request))
			return &list[i];
	return NULL;
}

/* What would be its arguments, each with its NUL, and then the end. */
bool waiting__go(struct waiting *waiting, const struct request *request)
{
	const char *artifact = command__artifact(), *mode = command__loader_mode(request);
	bool told = !io__write_full(waiting->go, artifact, strlen(artifact) + 1) &&
		    !io__write_full(waiting->go, mode, strlen(mode) + 1);

	close(waiting->go);
	waiting->go = -1;
	return told;
}
