// SPDX-License-Identifier: Apache-2.0
/*
 * Loads one BPF object with bpftool, which lies beside this program, and prints what happened as one line of JSON
 * (docs/loaders.md). bpftool attaches what libbpf attaches by itself, and says of the others that it only pins them.
 *
 * Usage: bpftool-loader OBJECT attach|load
 *
 * It ends with 0 when the object was loaded, with 2 when it was rejected.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/report.h"
#include "../common/wait.h"

#define BPFTOOL "/bpfcompat/loaders/bpftool"
#define BPFFS "/sys/fs/bpf"
#define FALLS_BACK " does not support autoattach, falling back to pinning"
#define NOT_OPENED "failed to open object file"
#define NOT_LOADED "failed to load object file"
#define NOT_READ "Error: reading batch file failed"
#define LOADED BPFFS "/bpfcompat-load"
#define ATTACHED BPFFS "/bpfcompat-attach"
/* What a bpftool says that has no autoattach. */
#define NO_AUTOATTACH "got: 'autoattach'?"
#define OUTPUT_MAX (1024 * 1024)
#define READY_MS 5000

/* A bpftool that runs: what it prints comes out of `out`, and what it reads goes into `in`, which may be -1. */
struct bpftool {
	pid_t pid;
	int in, out;
};

/* One that was started before there was an object. */
static struct bpftool ahead = { .pid = -1 };

static int start(struct bpftool *bpftool, char *const argv[], int reads)
{
	int in[2] = { -1, -1 }, out[2];

	if (pipe2(out, O_CLOEXEC) || (reads && pipe2(in, O_CLOEXEC)))
		return -1;
	bpftool->pid = fork();
	if (!bpftool->pid) {
		if (reads)
			dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		signal(SIGPIPE, SIG_DFL);
		execv(BPFTOOL, argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	bpftool->in = in[1];
	bpftool->out = out[0];
	return bpftool->pid < 0 ? -1 : 0;
}

/* Its output in a string of its own. Exit code, or -1. */
static int finish(struct bpftool *bpftool, char **output)
{
	size_t len = 0;
	char rest[4096];
	ssize_t n;
	int status;

	*output = calloc(1, OUTPUT_MAX + 1);
	if (!*output)
		return -1;
	while ((n = read(bpftool->out, *output + len, OUTPUT_MAX - len)) > 0)
		len += (size_t)n;
	/* A log that does not fit is read to its end, so that its writer ends. */
	while (n >= 0 && (n = read(bpftool->out, rest, sizeof(rest))) > 0)
		;
	close(bpftool->out);
	waitpid(bpftool->pid, &status, 0);
	bpftool->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Starts it with its commands to come: it has read a comment when it is ready for them. */
static void start_ahead(void)
{
	char *const argv[] = { "bpftool", "batch", "file", "-", NULL };
	int left = 1, patience;

	/* One that has ended reads nothing: another one says why, when there is an object. */
	signal(SIGPIPE, SIG_IGN);
	if (start(&ahead, argv, 1) || write(ahead.in, "#\n", 2) != 2)
		return;
	for (patience = 0; left && patience < READY_MS && !ioctl(ahead.in, FIONREAD, &left); patience++)
		usleep(1000);
	usleep(1000);
}

/* A batch divides its lines at blanks, and knows quotes and comments. */
static int is_plain(const char *path)
{
	return !path[strspn(path, "/.-_+@=,:0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

/* bpftool ends with "Error: ..."; what libbpf said stands before. */
static const char *error_in(const char *output)
{
	const char *last = "", *at = output;

	while ((at = strstr(at, "Error: "))) {
		last = at;
		at++;
	}
	return last;
}

/* What is said after the commands, when each of them has passed: an error number that one of them left is taken for its own. */
static int is_of_batch(const char *output)
{
	return !strncmp(error_in(output), NOT_READ, sizeof(NOT_READ) - 1);
}

static int load(const char *object, const char *pins, int attaches, char **output)
{
	char *const argv[] = { "bpftool", "prog", "loadall", (char *)object, (char *)pins,
			       attaches ? "autoattach" : NULL, NULL };
	struct bpftool now;
	int code;

	if (ahead.pid < 0 || !is_plain(object) ||
	    dprintf(ahead.in, "prog loadall %s %s%s\n", object, pins, attaches ? " autoattach" : "") < 0)
		return start(&now, argv, 0) ? -1 : finish(&now, output);
	close(ahead.in);
	code = finish(&ahead, output);
	return code > 0 && is_of_batch(*output) ? 0 : code;
}

/* What bpftool says when it came no further than the load: to load again would show nothing else. */
static int is_of_load(const char *output)
{
	return strstr(output, NOT_OPENED) || strstr(output, NOT_LOADED);
}

/* Names of what was pinned: that is what was loaded. */
static int names_in(const char *pins, char names[ENTRIES_MAX][NAME_MAX_BYTES])
{
	DIR *directory = opendir(pins);
	struct dirent *entry;
	int count = 0;

	while (directory && (entry = readdir(directory)) && count < ENTRIES_MAX)
		if (entry->d_name[0] != '.')
			snprintf(names[count++], NAME_MAX_BYTES, "%.255s", entry->d_name);
	if (directory)
		closedir(directory);
	return count;
}

static void put_names(char names[ENTRIES_MAX][NAME_MAX_BYTES], int count)
{
	int i;

	fputs(",\"programs\":[", stdout);
	for (i = 0; i < count; i++) {
		fputs(i ? ",{\"name\":" : "{\"name\":", stdout);
		report__string(names[i], NAME_MAX_BYTES);
		fputs(",\"section\":\"\",\"type\":\"\",\"loaded\":true}", stdout);
	}
	fputs("],\"maps\":[]", stdout);
}

static int falls_back(const char *output, const char *name)
{
	char line[NAME_MAX_BYTES + sizeof(FALLS_BACK) + 16];

	snprintf(line, sizeof(line), "%.255s" FALLS_BACK, name);
	return strstr(output, line) != NULL;
}

static void put_attach(char names[ENTRIES_MAX][NAME_MAX_BYTES], int count, const char *output, int code)
{
	int i;

	fputs(",\"attach\":[", stdout);
	for (i = 0; i < count; i++) {
		int knows = !strstr(output, NO_AUTOATTACH), skipped = !knows || falls_back(output, names[i]);
		const char *reason = knows ? "bpftool does not attach it by itself" :
					     "this version of bpftool attaches nothing";

		fputs(i ? "," : "", stdout);
		report__step(skipped ? "skipped" : code ? "fail" : "pass", 0, skipped || !code ? "" : error_in(output));
		report__member("program", names[i], NAME_MAX_BYTES);
		fputs(",\"section\":\"\",\"method\":\"autoattach\"", stdout);
		report__member("reason", skipped ? reason : "", NAME_MAX_BYTES);
		fputs("}", stdout);
	}
	fputs("]", stdout);
}

int main(int argc, char **argv)
{
	static char names[ENTRIES_MAX][NAME_MAX_BYTES];
	const char *pins = LOADED;
	char *loaded = "", *attached = "", *told[3];
	int code = -1, attach_code = 0, count, attaches, is_open;

	/* It is there already in a guest of ours. */
	(void)!mount("bpf", BPFFS, "bpf", 0, NULL);
	if (wait__requested(argc, argv)) {
		start_ahead();
		if (!wait__for_object(told))
			return 0;
		argv = told;
		argc = 3;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: bpftool-loader OBJECT attach|load\n");
		return EXIT_USAGE;
	}
	attaches = !strcmp(argv[2], "attach");
	/* What it attaches it has loaded. */
	if (attaches)
		code = attach_code = load(argv[1], ATTACHED, 1, &attached);
	if (attaches && (!code || is_of_load(attached))) {
		loaded = attached;
		pins = ATTACHED;
	} else if (code != 127) {
		code = load(argv[1], LOADED, 0, &loaded);
	}
	if (code == 127 || code < 0) {
		fprintf(stderr, "%s could not be run\n", BPFTOOL);
		return EXIT_USAGE;
	}
	count = code ? 0 : names_in(pins, names);
	is_open = !strstr(loaded, NOT_OPENED);
	report__begin("bpftool", BPFTOOL_VERSION);
	fputs(",\"open\":", stdout);
	report__step(is_open ? "pass" : "fail", 0, is_open ? "" : error_in(loaded));
	report__member("log", is_open ? "" : loaded, LOG_MAX_BYTES);
	fputs("},\"load\":", stdout);
	report__step(!is_open ? "skipped" : code ? "fail" : "pass", 0, is_open && code ? error_in(loaded) : "");
	report__member("log", is_open && code ? loaded : "", LOG_MAX_BYTES);
	fputs(",\"kind\":\"\",\"subject\":\"\",\"verifier_log\":\"\"}", stdout);
	put_names(names, count);
	put_attach(names, attaches ? count : 0, attached, attach_code);
	fputs("}\n", stdout);
	fflush(stdout);
	return code ? EXIT_REJECTED : 0;
}
