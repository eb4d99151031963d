/* SPDX-License-Identifier: Apache-2.0 */
#include "check/bpftool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 60

static const char *find_bpftool(void)
{
	static const char *const places[] = { "/usr/sbin/bpftool", "/sbin/bpftool", "/usr/bin/bpftool",
					      "/usr/local/sbin/bpftool", "/usr/local/bin/bpftool" };
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!access(places[i], X_OK))
			return places[i];
	return NULL;
}

static void run(const char *tool, const char *output)
{
	int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644), nothing = open("/dev/null", O_RDWR);

	if (out < 0 || nothing < 0)
		_exit(127);
	dup2(nothing, 0);
	dup2(out, 1);
	dup2(nothing, 2);
	alarm(TIMEOUT_SECONDS);
	execl(tool, "bpftool", "-j", "feature", "probe", "kernel", (char *)NULL);
	_exit(127);
}

void bpftool__probe(const struct request *request, struct bpftool_probe *probe)
{
	const char *tool = find_bpftool();
	int status = 0;
	pid_t pid;

	*probe = (struct bpftool_probe){ .available = tool != NULL };
	if (!tool || !request->probe_features || !request->log_dir)
		return;
	snprintf(probe->path, sizeof(probe->path), "%s/bpftool-feature-kernel.json", request->log_dir);
	pid = fork();
	if (!pid)
		run(tool, probe->path);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	probe->ok = pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}
