import type { Host } from '../../host/host.ts';
import type { Store } from '../store.ts';
import { disksDir, readDisk } from './disk-record.ts';

/** A disk image of the store. */
export interface StoredDisk {
  /** Its file name where it came from. */
  readonly name: string;
  /** Address, or path of a file of this machine, which is used where it lies. */
  readonly from: string;
  /** Hex; of the file as it was downloaded. */
  readonly sha256: string;
  /** Bytes of the file that guests read. */
  readonly bytes: number;
  readonly format: 'qcow2' | 'raw';
  /** Fingerprint of the key that signed its digest; empty without one. */
  readonly signer: string;
}

/** Disk images that are known here, by name. What another version noted is left out. */
export async function listDisks(host: Host, store: Store): Promise<StoredDisk[]> {
  const dir = disksDir(store);
  const names = (await host.files.stat(dir))?.isDirectory ? await host.files.list(dir) : [];
  const disks: StoredDisk[] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const record = await readDisk(host, store, name.slice(0, -'.json'.length));
    if (record === undefined) continue;
    const { name: file, from, fromSha256: sha256, size: bytes, format, signer = '' } = record;
    disks.push({ name: file, from, sha256, bytes, format, signer });
  }
  return disks.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}
