const CLUSTER_BITS = 16;
const CLUSTER = 1 << CLUSTER_BITS;
/** Bytes of a disk that one entry of the first table stands for. */
const PER_ENTRY = (CLUSTER / 8) * CLUSTER;
const HEADER_BYTES = 104;

/**
 * A qcow2 file of `virtualSize` bytes that no one has written to. It names no file below it: QEMU gets that on its command
 * line what it reads there. Cluster 0 is the header, 1 and 2 count references, the table of the disk follows.
 */
export function emptyOverlay(virtualSize: number): Buffer {
  const entries = Math.ceil(virtualSize / PER_ENTRY);
  const tableClusters = Math.max(1, Math.ceil((entries * 8) / CLUSTER));
  const clusters = 3 + tableClusters;
  const file = Buffer.alloc(clusters * CLUSTER);
  file.write('QFI\xfb', 0, 'latin1');
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(CLUSTER_BITS, 20);
  file.writeBigUInt64BE(BigInt(virtualSize), 24);
  file.writeUInt32BE(entries, 36);
  file.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  file.writeBigUInt64BE(BigInt(CLUSTER), 48);
  file.writeUInt32BE(1, 56);
  // Counters of 16 bits.
  file.writeUInt32BE(4, 96);
  file.writeUInt32BE(HEADER_BYTES, 100);
  file.writeBigUInt64BE(BigInt(2 * CLUSTER), CLUSTER);
  for (let cluster = 0; cluster < clusters; cluster++) file.writeUInt16BE(1, 2 * CLUSTER + 2 * cluster);
  return file;
}
