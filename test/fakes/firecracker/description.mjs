// The requests that we make, as the published description of the API has them: src/firecracker/swagger/firecracker.yaml of
// firecracker-microvm/firecracker, version 1.17.0-dev (commit 004d935399ba). Written for these tests: of every body the keys that
// there are, those that must be there, and what their values may be. `before`: only until the guest runs; `after`: only then.
const text = (value) => typeof value === 'string';
const flag = (value) => typeof value === 'boolean';
const whole = (value) => Number.isInteger(value);
const between = (least, most) => (value) => whole(value) && value >= least && value <= most;
const oneOf =
  (...words) =>
  (value) =>
    words.includes(value);
const object = (keys, required) => (value) => problemIn(value, { keys, required }) === undefined;

const DESCRIPTION = {
  'PUT /logger': {
    keys: {
      level: oneOf('Error', 'Warning', 'Info', 'Debug', 'Trace', 'Off'),
      log_path: text,
      show_level: flag,
      show_log_origin: flag,
      module: text,
    },
    required: [],
    // The description does not say so; the program rejects it (ConfigureLogger in its rpc_interface.rs).
    when: 'before',
  },
  'PUT /metrics': { keys: { metrics_path: text }, required: ['metrics_path'], when: 'before' },
  'PUT /machine-config': {
    keys: {
      vcpu_count: between(1, 32),
      mem_size_mib: whole,
      smt: flag,
      track_dirty_pages: flag,
      cpu_template: oneOf('C3', 'T2', 'T2S', 'T2CL', 'T2A', 'V1N1', 'None'),
      huge_pages: oneOf('None', 'Transparent', '2M'),
    },
    required: ['vcpu_count', 'mem_size_mib'],
    when: 'before',
  },
  'PUT /boot-source': {
    keys: { kernel_image_path: text, initrd_path: text, boot_args: text },
    required: ['kernel_image_path'],
    when: 'before',
  },
  'PUT /drives/{drive_id}': {
    keys: {
      drive_id: text,
      is_root_device: flag,
      is_read_only: flag,
      path_on_host: text,
      partuuid: text,
      cache_type: oneOf('Unsafe', 'Writeback'),
      io_engine: oneOf('Sync', 'Async'),
      socket: text,
    },
    required: ['drive_id', 'is_root_device'],
    when: 'before',
  },
  'PUT /vsock': {
    keys: { guest_cid: between(3, 0xffffffff), uds_path: text, vsock_id: text },
    required: ['guest_cid', 'uds_path'],
    when: 'before',
  },
  'PUT /actions': {
    keys: { action_type: oneOf('FlushMetrics', 'InstanceStart', 'SendCtrlAltDel') },
    required: ['action_type'],
  },
  'PATCH /vm': { keys: { state: oneOf('Paused', 'Resumed') }, required: ['state'], when: 'after' },
  'PUT /snapshot/create': {
    keys: { mem_file_path: text, snapshot_path: text, snapshot_type: oneOf('Full', 'Diff') },
    required: ['mem_file_path', 'snapshot_path'],
    when: 'after',
  },
  'PUT /snapshot/load': {
    keys: {
      snapshot_path: text,
      mem_file_path: text,
      mem_backend: object({ backend_type: oneOf('File', 'Uffd'), backend_path: text }, [
        'backend_type',
        'backend_path',
      ]),
      resume_vm: flag,
      enable_diff_snapshots: flag,
      track_dirty_pages: flag,
      clock_realtime: flag,
    },
    required: ['snapshot_path'],
    when: 'before',
  },
};

function problemIn(body, { keys, required }) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body is no object';
  const missing = required.find((key) => !Object.hasOwn(body, key));
  if (missing !== undefined) return `missing field \`${missing}\``;
  for (const [key, value] of Object.entries(body)) {
    if (!Object.hasOwn(keys, key)) return `unknown field \`${key}\``;
    if (!keys[key](value)) return `invalid value for \`${key}\`: ${JSON.stringify(value)}`;
  }
  return undefined;
}

/**
 * What is wrong with a request by the description; undefined for one that the API takes.
 * @param started the guest runs
 */
export function faultOf(method, target, body, started) {
  const [, drive] = /^\/drives\/([A-Za-z0-9_]+)$/.exec(target) ?? [];
  const known = DESCRIPTION[`${method} ${drive === undefined ? target : '/drives/{drive_id}'}`];
  if (known === undefined) return `Invalid request method and/or path: ${method} ${target}.`;
  const problem = problemIn(body, known);
  if (problem !== undefined) return `An error occurred when deserializing the json body of a request: ${problem}.`;
  if (drive !== undefined && body.drive_id !== drive) return 'The path and body IDs do not match.';
  if (known.when === 'before' && started) return 'The requested operation is not supported after starting the microVM.';
  if (known.when === 'after' && !started)
    return 'The requested operation is not supported before starting the microVM.';
  return undefined;
}
