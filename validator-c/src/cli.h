/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_CLI_H
#define BPFCOMPAT_CLI_H

/* The command line of docs/validator.md. Exit code: 0 pass, 2 fail, 1 the tool itself could not work. */
int cli__main(int argc, char **argv);

#endif
