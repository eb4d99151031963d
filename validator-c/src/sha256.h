/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SHA256_H
#define BPFCOMPAT_SHA256_H

#include <stddef.h>

#define SHA256_HEX_SIZE 65

/* Writes the digest of `data` as 64 lower-case hex digits and a NUL. */
void sha256__hex(const void *data, size_t len, char hex[SHA256_HEX_SIZE]);

#endif
