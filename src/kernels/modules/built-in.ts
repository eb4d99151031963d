import { moduleName } from './modinfo.ts';

/** Names in a `modules.builtin` file, normalised. */
export function parseBuiltin(text: string): Set<string> {
  const names = text.split('\n').map((line) => /([^/]+)\.ko$/.exec(line.trim())?.[1]);
  return new Set(names.filter((name) => name !== undefined).map(moduleName));
}

/** Modules whose option of the kernel is not called as they are. */
const OPTIONS: Readonly<Record<string, string>> = {
  virtio_ring: 'VIRTIO',
  virtio_pci_modern_dev: 'VIRTIO_PCI_LIB',
  virtio_pci_legacy_dev: 'VIRTIO_PCI_LIB_LEGACY',
  sch_ingress: 'NET_SCH_INGRESS',
  cls_bpf: 'NET_CLS_BPF',
};

/** Whether the configuration of a kernel says that this is built in. */
export function configBuiltin(config: string, name: string): boolean {
  const option = OPTIONS[name] ?? name.toUpperCase();
  // No pattern: names come out of modules, which may be untrusted.
  return `\n${config}\n`.includes(`\nCONFIG_${option}=y\n`);
}
