/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_OPTIONS_H
#define BPFCOMPAT_OPTIONS_H

#include "request/request.h"

enum options_result {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_BAD,
};

struct options {
	const char *artifact;
	const char *out;
	const char *manifest;
	const char *plan;
	const char *log_dir;
};

/* Parses the command line into options and request. With OPTIONS_BAD, `error` says what is wrong. */
enum options_result options__parse(int argc, char **argv, struct options *options, struct request *request, char *error,
				   size_t size);
const char *options__help(void);

#endif
