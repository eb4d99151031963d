/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_AGENT_H
#define BPFCOMPAT_AGENT_H

/*
 * The same service as PID 1 of the direct lane has, as a process of a system that is up: it mounts, loads and restricts
 * nothing, and ends no process but those of its workers. Never returns; ends by powering off.
 */
void agent__main(void) __attribute__((noreturn));

#endif
