/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command is run by the shell that the guest was given, whatever the commands before it made of its file or set in the
 * kernel about running programs.
 */
#ifndef BPFCOMPAT_PRISTINE_H
#define BPFCOMPAT_PRISTINE_H

#include <stdbool.h>

#define SHELL "/bin/sh"

/* Before the first command: keeps the bytes of the shell. */
void pristine__keep(void);
/* Where it cannot be put back: whether its file still has those bytes. */
bool pristine__unchanged(void);
/*
 * In the mounts of a command, before its /proc is mounted: puts those bytes in a file of its own over the shell, and forgets
 * the interpreters that were registered with binfmt_misc. False with errno when the shell cannot be vouched for; a program that is
 * run without one has no need of it.
 */
bool pristine__restore(bool needs_shell);

#endif
