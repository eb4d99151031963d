/* SPDX-License-Identifier: Apache-2.0 */
#include "command/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/io.h"

/* A process that a kernel bug keeps alive must not keep us. */
#define PATIENCE_US 2000000
#define STEP_US 1000

static bool among_others;

void descendants__among_others(void)
{
	among_others = true;
}

bool descendants__are_all(void)
{
	return !among_others;
}

void descendants__adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static pid_t parent_of(const char *pid)
{
	char path[300], line[512];
	const char *fields;
	int parent;

	snprintf(path, sizeof(path), "/proc/%.200s/stat", pid);
	io__read_line(path, line, sizeof(line));
	/* The name before it may hold anything. */
	fields = strrchr(line, ')');
	return fields && sscanf(fields, ") %*c %d", &parent) == 1 ? parent : 0;
}

/* Whoever was started by them becomes our child in turn, and is found in the next round. */
static void kill_children(void)
{
	DIR *processes = opendir("/proc");
	pid_t self = getpid();
	struct dirent *entry;

	while (processes && (entry = readdir(processes)))
		if (isdigit((unsigned char)entry->d_name[0]) && parent_of(entry->d_name) == self)
			kill(atoi(entry->d_name), SIGKILL);
	if (processes)
		closedir(processes);
}

bool descendants__end(pid_t leader, bool everybody, int *status)
{
	uint64_t until = io__now_us() + PATIENCE_US;
	bool collected = false;
	int ended;
	pid_t pid;

	kill(-leader, SIGKILL);
	do {
		if (everybody && !among_others)
			kill(-1, SIGKILL);
		else
			kill_children();
		while ((pid = waitpid(-1, &ended, WNOHANG)) > 0) {
			if (pid != leader)
				continue;
			collected = true;
			*status = ended;
		}
		if (pid < 0 && errno == ECHILD)
			break;
		io__sleep_us(STEP_US);
	} while (io__now_us() < until);
	return collected;
}
