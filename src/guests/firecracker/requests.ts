/** A request of the API of Firecracker: what its published description calls `BootSource`, `MachineConfiguration` and so on. */
export interface ApiRequest {
  readonly method: 'PUT' | 'PATCH';
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A guest of Firecracker. Paths are as its process sees them. */
export interface MicroVm {
  readonly memoryMb: number;
  readonly cpus: number;
  /** An ELF file. */
  readonly kernel: string;
  readonly initrd: string | undefined;
  readonly kernelArgs: readonly string[];
  /** A disk that the guest may read. */
  readonly disk?: string | undefined;
}

/** A guest that was saved: the state of its devices, and its memory. */
export interface SavedFiles {
  readonly state: string;
  readonly memory: string;
}

const put = (target: string, body: ApiRequest['body']): ApiRequest => ({ method: 'PUT', target, body });

/** What Firecracker says of itself goes to a file: its standard output is the serial line of the guest. */
export function logRequests(log: string): ApiRequest[] {
  return [put('/logger', { log_path: log, level: 'Warning', show_level: true })];
}

/** Everything that a fresh Firecracker needs until its guest runs. */
export function bootRequests({ memoryMb, cpus, kernel, initrd, kernelArgs, disk }: MicroVm): ApiRequest[] {
  return [
    put('/machine-config', { vcpu_count: cpus, mem_size_mib: memoryMb, smt: false }),
    put('/boot-source', {
      kernel_image_path: kernel,
      ...(initrd !== undefined && { initrd_path: initrd }),
      boot_args: kernelArgs.join(' '),
    }),
    ...(disk === undefined
      ? []
      : [
          put('/drives/rootfs', {
            drive_id: 'rootfs',
            path_on_host: disk,
            is_root_device: false,
            is_read_only: true,
          }),
        ]),
    put('/actions', { action_type: 'InstanceStart' }),
  ];
}

/** Writes a guest that runs into files; it stands still from then on. */
export function saveRequests({ state, memory }: SavedFiles): ApiRequest[] {
  return [
    { method: 'PATCH', target: '/vm', body: { state: 'Paused' } },
    put('/snapshot/create', { snapshot_type: 'Full', snapshot_path: state, mem_file_path: memory }),
  ];
}

/** Lets a fresh Firecracker go on with a saved guest. Its memory is mapped privately: the file stays as it is. */
export function restoreRequests({ state, memory }: SavedFiles): ApiRequest[] {
  return [
    put('/snapshot/load', {
      snapshot_path: state,
      mem_backend: { backend_type: 'File', backend_path: memory },
      resume_vm: true,
    }),
  ];
}
