/* SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/netdev.h"
#include "command/descendants.h"
#include "command/enclose.h"
#include "command/pristine.h"
#include "lib/io.h"
#include "lib/limits.h"

#define PATH_DIRECTORIES "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define OPEN_FILES 65536
#define OPEN_FILES_HARD 1048576

/* Where the object lies; "" without one. */
static char artifact_path[sizeof(REMOTE_ROOT) + 256];

/* A name that cannot be one of a file here becomes a plain one. */
static void name_artifact(const char *name)
{
	size_t len = strlen(name);
	bool plain = len && len <= 200 && !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");

	snprintf(artifact_path, sizeof(artifact_path), REMOTE_ROOT "/%.200s", plain ? name : "artifact.bpf.o");
}

static void stage_artifact(const struct request *request)
{
	if (!request->artifact_size)
		return;
	name_artifact(request->artifact_name);
	if (io__replace_file(artifact_path, request->artifact, request->artifact_size))
		artifact_path[0] = '\0';
}

static void write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, value, strlen(value));
	close(fd);
}

void command__prepare(const struct request *request)
{
	static bool done;

	if (!request->in_guest)
		return;
	/* A program that crashes is logged at this level, whatever a command before made of it. */
	write_setting("/proc/sys/kernel/printk", "7");
	if (done)
		return;
	done = true;
	pristine__keep();
	mkdir(REMOTE_ROOT, 0755);
	stage_artifact(request);
	if (chdir(REMOTE_ROOT))
		return;
	netdev__loopback();
}

static void set_limit(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

	setrlimit(resource, &limit);
}

/*
 * What limits us, and what the kernel gives its first process, is not what a loader finds on a machine. RLIMIT_MEMLOCK is:
 * kernels before 5.11 charge BPF memory to it, and a loader that forgets to raise it has to fail here as it does there.
 */
static void set_limits(void)
{
	limits__lower_memlock();
	set_limit(RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY);
	set_limit(RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES_HARD);
	/* When memory runs out, it is not the validator that goes. */
	write_setting("/proc/self/oom_score_adj", "1000");
}

static void set_environment(const char *bin)
{
	clearenv();
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("SHELL", SHELL, 1);
	setenv("TERM", "dumb", 1);
	setenv("BPFCOMPAT_REMOTE_ROOT", REMOTE_ROOT, 1);
	/* systemd's own socket cannot be used from another PID namespace, as its first process is not seen there. */
	if (!descendants__are_all())
		setenv("SYSTEMCTL_FORCE_BUS", "1", 1);
	setenv("BPFCOMPAT_ARTIFACT", artifact_path, 1);
	setenv("BPFCOMPAT_BIN", bin, 1);
}

const char *command__artifact(void)
{
	return artifact_path;
}

const char *command__loader_mode(const struct request *request)
{
	return request->attach_mode == ATTACH_DISABLED ? "load" : "attach";
}

void command__exec_waiting(const char *loader, int in, int out, int err)
{
	mkdir(REMOTE_ROOT, 0755);
	if (chdir(REMOTE_ROOT))
		_exit(EXIT_NOT_FOUND);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	set_limits();
	set_environment(loader);
	setenv("PATH", PATH_DIRECTORIES, 1);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	enclose__command(false);
	execl(loader, loader, LOADER_WAITS, (char *)NULL);
	_exit(EXIT_NOT_FOUND);
}

void command__exec(const struct request *request, const char *command, int out, int err)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	netdev__leave();
	/* Ignored by us, and that would be inherited. */
	signal(SIGPIPE, SIG_DFL);
	if (request->in_guest) {
		set_limits();
		set_environment(request->bin);
	}
	/* Never empty, and never what PID 1 was given. */
	setenv("PATH", PATH_DIRECTORIES, request->in_guest);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	if (request->in_guest)
		enclose__command(!request->loader_mode);
	if (request->loader_mode) {
		execl(request->bin, request->bin, artifact_path, command__loader_mode(request), (char *)NULL);
		_exit(EXIT_NOT_FOUND);
	}
	/* A system that is up has the shell that people write for. */
	if (request->command_mode && !descendants__are_all())
		execl("/bin/bash", "bash", "-l", "-c", command, (char *)NULL);
	if (request->command_mode)
		execl(SHELL, "sh", "-l", "-c", command, (char *)NULL);
	else
		execl(SHELL, "sh", "-c", command, (char *)NULL);
	_exit(EXIT_NOT_FOUND);
}
