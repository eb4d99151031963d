/* SPDX-License-Identifier: Apache-2.0 */
/* The surroundings of a user's command: directories, environment, limits. */
#ifndef BPFCOMPAT_COMMAND_H
#define BPFCOMPAT_COMMAND_H

#include "guest/request.h"

/* Where the object, the user's loader and assets lie; src/model/guest-entry.ts names it too. */
#define REMOTE_ROOT "/bpfcompat"
#define SHELL "/bin/sh"
#define EXIT_NOT_FOUND 127

/*
 * Before each command. Before the first of a request: puts the object where commands find it, and goes there. Outside of
 * a guest nothing is changed.
 */
void command__prepare(const struct request *request);
/* In a child whose standard streams are `out` and `err`: becomes the shell that runs `command`. Never returns. */
void command__exec(const struct request *request, const char *command, int out, int err) __attribute__((noreturn));

#endif
