/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/parse.h"

static const char help[] =
	"Usage: bpfcompat-validator --artifact FILE --out FILE [options]\n"
	"\n"
	"Loads and attaches a compiled BPF object on this kernel and writes what happened as JSON.\n"
	"\n"
	"  --artifact FILE              the object\n"
	"  --out FILE                   where the result goes\n"
	"  --manifest FILE              recorded in the result only\n"
	"  --functional-plan FILE       commands to run while the programs are attached\n"
	"  --log-dir DIR                receives libbpf.log and bpftool-feature-kernel.json\n"
	"  --attach-mode MODE           disabled, best-effort (default) or required\n"
	"  --probe-features BOOL        false: no kernel probes and no loading of single programs (default true)\n"
	"  --set-map-max-entries MAP=N|cpus\n"
	"  --set-map-inner-ringbuf MAP=BYTES\n"
	"  --set-map-inner-map MAP=TYPE:KEY:VALUE:ENTRIES\n"
	"  --set-prog-type PROGRAM|SECTION=TYPE\n"
	"  --prog-variants GROUP=PROGRAM[:HELPER_ID|trial],...\n"
	"  --probe-companions PROGRAM,...\n"
	"  --set-rodata VARIABLE=VALUE  value of a global variable; VARIABLE.MEMBER and VARIABLE[N] too\n"
	"  --set-attach-target PROGRAM=FUNCTION|xdp:FUNCTION|tc:FUNCTION\n"
	"                               xdp:, tc: a function of a BPF program that is made for it\n"
	"  --set-autoload PROGRAM=on|off\n"
	"  --strict-libbpf BOOL         load the object as plain libbpf does, nothing changed (default false)\n"
	"  --version, -h, --help\n"
	"\n"
	"Exit code: 0 pass, 2 fail, 1 the validator itself could not work.\n";

const char *options__help(void)
{
	return help;
}

/* 1 when the flag is none of these. */
static int set_own(struct options *options, struct request *request, const char *flag, const char *value)
{
	if (!strcmp(flag, "artifact"))
		options->artifact = value;
	else if (!strcmp(flag, "out"))
		options->out = value;
	else if (!strcmp(flag, "manifest"))
		options->manifest = value;
	else if (!strcmp(flag, "functional-plan"))
		options->plan = value;
	else if (!strcmp(flag, "log-dir"))
		options->log_dir = value;
	else if (!strcmp(flag, "attach-mode"))
		return request__parse_mode(value, &request->attach_mode) ? 0 : -1;
	else if (!strcmp(flag, "probe-features"))
		return parse__bool(value, &request->probe_features) ? 0 : -1;
	else
		return 1;
	return 0;
}

/* `--set-prog-type` and `set_prog_type=` of a request are the same setting. */
static int set_overrides(struct request *request, const char *flag, const char *value, char *error, size_t size)
{
	char key[64], *at;

	snprintf(key, sizeof(key), "%s", flag);
	for (at = key; *at; at++)
		if (*at == '-')
			*at = '_';
	return overrides__set(&request->overrides, key, value, error, size);
}

/* Splits `--flag=value` or takes the next argument. NULL when there is no value. */
static const char *take_value(char *flag, int argc, char **argv, int *i)
{
	char *equals = strchr(flag, '=');

	if (equals) {
		*equals = '\0';
		return equals + 1;
	}
	return *i + 1 < argc ? argv[++*i] : NULL;
}

enum options_result options__parse(int argc, char **argv, struct options *options, struct request *request, char *error,
				   size_t size)
{
	char *flag, why[256];
	const char *value;
	int i, err;

	*options = (struct options){};
	for (i = 1; i < argc; i++) {
		flag = argv[i];
		if (!strcmp(flag, "-h") || !strcmp(flag, "--help"))
			return OPTIONS_HELP;
		if (!strcmp(flag, "--version"))
			return OPTIONS_VERSION;
		if (strncmp(flag, "--", 2)) {
			snprintf(error, size, "unexpected argument '%s'; see --help", flag);
			return OPTIONS_BAD;
		}
		flag += 2;
		value = take_value(flag, argc, argv, &i);
		if (!value) {
			snprintf(error, size, "--%s needs a value; see --help", flag);
			return OPTIONS_BAD;
		}
		err = set_own(options, request, flag, value);
		if (err < 0) {
			snprintf(error, size, "bad value for --%s: '%s'; see --help", flag, value);
			return OPTIONS_BAD;
		}
		if (!err)
			continue;
		err = set_overrides(request, flag, value, why, sizeof(why));
		if (err) {
			snprintf(error, size, "--%s: %s; see --help", flag, err == -ENOENT ? "no such flag" : why);
			return OPTIONS_BAD;
		}
	}
	if (options->artifact && options->out)
		return OPTIONS_RUN;
	snprintf(error, size, "--%s is required; see --help", options->artifact ? "out" : "artifact");
	return OPTIONS_BAD;
}
