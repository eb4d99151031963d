/* SPDX-License-Identifier: Apache-2.0 */
/* The surroundings of a user's command: directories, environment, limits. */
#ifndef BPFCOMPAT_COMMAND_H
#define BPFCOMPAT_COMMAND_H

#include "request/request.h"

/* Where the object, the user's loader and assets lie; src/model/guest-entry.ts names it too. */
#define REMOTE_ROOT "/bpfcompat"
#define EXIT_NOT_FOUND 127

/*
 * Before each command. Before the first of a request: puts the object where commands find it, and goes there. Outside of
 * a guest nothing is changed.
 */
void command__prepare(const struct request *request);
/* In a child whose standard streams are `out` and `err`: becomes the shell that runs `command`. Never returns. */
void command__exec(const struct request *request, const char *command, int out, int err) __attribute__((noreturn));

/* What a loader of ours is called with to wait for its object (docs/loaders.md). */
#define LOADER_WAITS "wait"
/*
 * In a child, before there is a request: becomes that loader, in the surroundings that a command has. It learns its object on
 * the standard input `in`. Never returns.
 */
void command__exec_waiting(const char *loader, int in, int out, int err) __attribute__((noreturn));
/* Where the object of the request lies, once it was prepared; "" without one. */
const char *command__artifact(void);
/* How far a loader of ours goes with the object: its second argument. */
const char *command__loader_mode(const struct request *request);

#endif
