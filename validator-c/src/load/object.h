/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the object of a request, as often as needed, always in the same way. */
#ifndef BPFCOMPAT_OBJECT_H
#define BPFCOMPAT_OBJECT_H

#include <bpf/libbpf.h>

#include "output/result.h"
#include "request/request.h"

/*
 * Opens it, applies the overrides, and fills result->open, programs, maps and license with what will be loaded. NULL when
 * libbpf rejected; result->open says so.
 */
struct bpf_object *object__open_first(struct request *request, struct result *result);
/* Opens it once more with its pins and applies the same overrides. NULL with *err set when that failed. */
struct bpf_object *object__open_pinned(struct request *request, int *err);
/* The same without pins: for everything but the load of the whole object. */
struct bpf_object *object__open_again(struct request *request, int *err);
/* The program at the same place as result->programs[index]. */
struct bpf_program *object__program(struct bpf_object *obj, int index);
/* Pins are for the load of the whole object only, and only in a guest. */
void object__drop_pins(struct bpf_object *obj);

/* The object as it is opened from now on loads without a kernel function; what calls it does not. False without such. */
bool object__weaken(struct request *request, const char *name);
/* 0 or a negative errno: everything before the first program, where this libbpf can do that apart. */
int object__prepare(struct bpf_object *obj);

#endif
