/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of struct_ops go with the maps that name them: libbpf loads those of maps that it creates, whatever their
 * section says, and leaves out those that only opt-in maps (SEC("?.struct_ops")) name.
 */
#ifndef BPFCOMPAT_STRUCT_OPS_H
#define BPFCOMPAT_STRUCT_OPS_H

#include <bpf/libbpf.h>
#include <stdbool.h>

/* Whether this map of struct_ops has the program as one of its functions. */
bool struct_ops__names(const struct bpf_object *obj, const struct bpf_map *map, const struct bpf_program *prog);
/* Whether libbpf loads the program with the object, as it is set up now. */
bool struct_ops__autoload(const struct bpf_object *obj, const struct bpf_program *prog);
/* Whether nothing but maps that are not created names the program. */
bool struct_ops__is_left_out(const struct bpf_object *obj, const struct bpf_program *prog);
/* Has the maps created that name the program. Before the load. */
void struct_ops__create_maps(const struct bpf_object *obj, const struct bpf_program *prog);

#endif
