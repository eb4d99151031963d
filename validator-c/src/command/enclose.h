/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/*
 * Goes on in a process of namespaces of its own (processes, mounts): what a command starts sees neither the worker nor
 * PID 1, and cannot signal, trace or write to them. Comes back in the process that is to become the command; the caller
 * stays behind and ends as that process does. A command that is run by a shell gets one that can be vouched for. Rights to trace, to raw I/O, to load modules and to
 * boot another kernel are given up for good.
 *
 * It keeps no honest distance from a kernel that the command controls, by eBPF or a module: SECURITY.md says what is left.
 */
void enclose__command(bool needs_shell);
