import { always, fails, from, type Row } from '../cells.ts';

const tooOld = (map: string) => fails('UNSUPPORTED_MAP_TYPE', 'kernel_too_old', map);

export const MAPS: readonly Row[] = [
  from('5.11', 'map_task_storage', tooOld('notes')),
  from('5.16', 'map_bloom_filter', tooOld('seen')),
  from('6.1', 'map_user_ringbuf', tooOld('commands')),
  from('6.2', 'map_cgrp_storage', tooOld('notes')),
  from('6.9', 'map_arena', tooOld('arena')),
  from('6.19', 'map_insn_array', tooOld('targets')),
  // BPF_MAP_TYPE_RHASH is in the BTF of Debian's 7.2 and not in that of its 7.1.
  from('7.2', 'map_rhash', tooOld('table')),
  from('6.19', 'map_flag_overwrite', fails('UNSUPPORTED_MAP_FLAG', 'kernel_too_old', 'latest')),
  always('map_flag_foreign', fails('UNSUPPORTED_MAP_FLAG', 'refused', 'shared')),
  // Here a flag is missing, so that only a map of other making shows that the kernel knows the type.
  always('map_lpm_prealloc', fails('INVALID_MAP_PARAMS', 'definition', 'routes')),
  always('map_array_wide_key', fails('INVALID_MAP_PARAMS', 'key_size', 'wide')),
  // Keys up to 512 bytes until the limit for hashes became that of one allocation; 6.1 takes 600.
  from('6.1', 'map_key_too_long', fails('INVALID_MAP_PARAMS', 'sizes', 'long_keys')),
  always('map_percpu_value_too_long', fails('INVALID_MAP_PARAMS', 'value_size', 'scratch')),
  always('map_stack_odd_value', fails('INVALID_MAP_PARAMS', 'value_size', 'stacks')),
  always('map_larger_than_memory', fails('OUT_OF_MEMORY', 'map_too_large', 'huge')),
  always('map_legacy', fails('LEGACY_MAP_DEFINITION', 'maps', 'maps')),
  always('map_legacy_section', fails('LEGACY_MAP_DEFINITION', 'maps_section', 'old_style')),
];
