/* SPDX-License-Identifier: Apache-2.0 */
#include "command/enclose.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/pristine.h"

/* For kernels without close_range (before 5.9): what we open has small numbers. */
#define MOST_FILES 8192
/* As shells have it. */
#define EXIT_NOT_RUN 126

/* The words come out with the command's own. */
static void say(const char *what, int err)
{
	dprintf(2, "bpfcompat: this command is not kept apart from the validator: %s: %s\n", what, strerror(err));
}

/* A command that could act on the validator, or by a shell of an earlier one's, gives no result of its own. */
static void not_run(const char *what, int err) __attribute__((noreturn));
static void not_run(const char *what, int err)
{
	dprintf(2, "bpfcompat: this command was not run, as it cannot be kept apart from the validator: %s: %s\n", what,
		strerror(err));
	_exit(EXIT_NOT_RUN);
}

static int exit_code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* First process of the namespace: takes in orphans, and lives until it is killed, so that they do. */
static void tend(pid_t command, int report) __attribute__((noreturn));
static void tend(pid_t command, int report)
{
	int status;
	pid_t pid;

	for (;;) {
		pid = wait(&status);
		if (pid == command) {
			unsigned char code = (unsigned char)exit_code_of(status);

			(void)!write(report, &code, 1);
			close(report);
		} else if (pid < 0) {
			pause();
		}
	}
}

/* Ends as the command did; when its namespace was killed, as that. */
static void follow(pid_t first, int report) __attribute__((noreturn));
static void follow(pid_t first, int report)
{
	/* A read that is faked, as a program on an LSM hook can make it, leaves this. */
	unsigned char code = EXIT_NOT_RUN;
	int status = 0;

	if (read(report, &code, 1) == 1)
		_exit(code);
	waitpid(first, &status, 0);
	_exit(exit_code_of(status));
}

static void drop_rights(void)
{
	static const int rights[] = { CAP_SYS_PTRACE, CAP_SYS_RAWIO, CAP_SYS_MODULE, CAP_SYS_BOOT };
	size_t i;

	for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		prctl(PR_CAPBSET_DROP, rights[i], 0, 0, 0);
}

/* Mounts of the command stay its own; what the kernel shows of processes is of its namespace only. */
static void enter_mounts(bool needs_shell)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		int err = errno;

		/* A program on an LSM hook may deny mounts to all. */
		if (needs_shell && !pristine__unchanged())
			not_run("mounts", err);
		say("mounts", err);
		return;
	}
	if (!pristine__restore(needs_shell)) {
		dprintf(2, "bpfcompat: the shell of this command cannot be restored: %s\n", strerror(errno));
		_exit(EXIT_NOT_RUN);
	}
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL))
		say("/proc", errno);
}

static int close_all_but(int fd)
{
	if (fd > 0 && syscall(SYS_close_range, 0U, (unsigned)fd - 1, 0U))
		return -1;
	return (int)syscall(SYS_close_range, (unsigned)fd + 1, ~0U, 0U);
}

/*
 * Whoever only waits keeps nothing but its end of the pipe: not the command's output, which would never end, and not the
 * worker's channels, which the command could find below /proc/1.
 */
static void keep_only(int report)
{
	struct rlimit limit = { .rlim_cur = 1024 };
	rlim_t fd;

	prctl(PR_SET_DUMPABLE, 0);
	getrlimit(RLIMIT_NOFILE, &limit);
	if (!close_all_but(report))
		return;
	for (fd = 0; fd < limit.rlim_cur && fd < MOST_FILES; fd++)
		if ((int)fd != report)
			close((int)fd);
}

void enclose__command(bool needs_shell)
{
	pid_t first, command;
	int report[2];

	drop_rights();
	if (pipe(report))
		not_run("pipe", errno);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS)) {
		/* Only a kernel without such namespaces is no command's work: their number is limited by a setting. */
		if (errno != EINVAL)
			not_run("unshare", errno);
		say("unshare", errno);
		close(report[0]);
		close(report[1]);
		if (unshare(CLONE_NEWNS))
			not_run("unshare", errno);
		enter_mounts(needs_shell);
		return;
	}
	first = fork();
	if (first < 0)
		not_run("fork", errno);
	if (first) {
		close(report[1]);
		keep_only(report[0]);
		follow(first, report[0]);
	}
	close(report[0]);
	enter_mounts(needs_shell);
	command = fork();
	if (command < 0)
		not_run("fork", errno);
	if (command) {
		keep_only(report[1]);
		tend(command, report[1]);
	}
	close(report[1]);
}
